/** IMAP URLs: what they say, and the octets that they name. CATENATE, URLFETCH and BURL share it. */
export { BadUrl } from './bad-url.ts'
export { type Named, type Place, resolve } from './resolve.ts'
export { parseSection, type SectionSpec } from './section.ts'
export { type Access, type ImapUrl, type PartialRange, parseUrl, printUrl, type UrlServer } from './url.ts'
