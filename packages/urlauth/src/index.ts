/** IMAP URLs: what they say, who may use them, and the octets that they name. CATENATE, URLFETCH and BURL share it. */
export { BadUrl } from './bad-url.ts'
export { readableMailbox } from './mailbox.ts'
export { accountOf, type House, mint, type Redeemer, redeem } from './redeem.ts'
export { type Found, type Named, octetsOf, type Place, resolve } from './resolve.ts'
export { parseSection, type SectionSpec } from './section.ts'
export { isThisServer } from './server-name.ts'
export { internal } from './token.ts'
export { type Access, type ImapUrl, type PartialRange, parseUrl, printUrl, type UrlServer } from './url.ts'
