/**
 * URL-PARTIAL, RFC 5550 §5.7.1: ;PARTIAL= in URLs of CATENATE and URLAUTH. It is a part of the grammar of URLs, so
 * `@lemonade/urlauth` understands it wherever URLs stand; here it is only promised.
 */
import { extension } from '../extension.ts'

export const urlPartial = extension({ rfc: 5550, advertise: 'URL-PARTIAL' })
