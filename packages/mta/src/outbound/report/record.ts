/** Where a domain wants reports of TLS to go (RFC 8460 §3). */
import { parseAddress } from '@lemonade/esmtp'
import { versionedFields } from '../policy/sts-record.ts'

export type ReportTarget =
  | { readonly scheme: 'mailto'; readonly address: string; readonly uri: string }
  | { readonly scheme: 'https'; readonly url: URL; readonly uri: string }

/** Of the URIs that a record names, those that are looked at. */
const mostTargets = 10

/** In the order of the record; null where the domain wants none. */
export function reportTargets(records: readonly (readonly string[])[]): readonly ReportTarget[] | null {
  const rua = versionedFields(records, 'TLSRPTv1')?.get('rua')
  if (rua === undefined) return null
  // tlsrpt-rua = "rua=" tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri)
  const uris = rua.split(/[ \t]*,[ \t]*/).slice(0, mostTargets)
  return uris.flatMap(uri => targetOf(uri) ?? [])
}

/** null for what is no URI of either scheme. */
function targetOf(uri: string): ReportTarget | null {
  if (!/^[!-~]{1,2000}$/.test(uri)) return null
  if (/^mailto:/i.test(uri)) {
    const address = decoded(uri.slice(7).split('?', 1)[0] ?? '')
    return address !== null && parseAddress(address) !== null ? { scheme: 'mailto', address, uri } : null
  }
  if (!/^https:\/\//i.test(uri) || !URL.canParse(uri)) return null
  const url = new URL(uri)
  return url.username === '' && url.password === '' ? { scheme: 'https', url, uri } : null
}

/** RFC 6068 §2: percent-encoded. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
