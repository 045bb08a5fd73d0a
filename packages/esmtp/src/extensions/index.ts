/** The service extensions that stand ready; a service lists those that it offers. */
export { eightBitMime } from './8bitmime.ts'
export { authentication } from './auth.ts'
export { dsn, type Notify } from './dsn.ts'
export { enhancedStatusCodes } from './enhanced-status-codes.ts'
export { pipelining } from './pipelining.ts'
export { size } from './size.ts'
export { smtpUtf8 } from './smtputf8.ts'
export { startTls } from './starttls.ts'
