/** ManageSieve (RFC 5804): users put, check and activate their Sieve scripts. */
export { defaultManageSieveLimits, type ManageSieveLimits } from './limits.ts'
export { type ManageSieveOptions, type Service, serveManageSieve } from './server.ts'
