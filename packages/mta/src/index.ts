/** The MTA: mail in by ESMTP and LMTP, delivery with Sieve, and the queue on its way out. */
export type { AuthenticationOptions } from './authentication/authenticator.ts'
export { networks, thisMachine } from './authentication/networks.ts'
export { type DmarcPolicy, dmarcPolicies } from './authentication/policy.ts'
export {
  type Dns,
  type DnsAnswer,
  type DnsData,
  DnsError,
  type DnsFault,
  type DnsType,
  type TlsaRecord,
} from './dns/record.ts'
export { type DnsLimits, DnsResolver, type DnssecTrust, dnssecTrusts, type ResolverOptions } from './dns/resolver.ts'
export { dnsServer, systemDnsServers } from './dns/servers.ts'
export { type ClamAvOptions, clamAv } from './filters/clamav.ts'
export {
  type ContentFilter,
  type Examined,
  type Treatment,
  treatments,
  type Unavailable,
  unavailableAnswers,
} from './filters/filter.ts'
export { type Inspection, Inspector, type InspectorOptions, isRejection, type Rejection } from './filters/inspector.ts'
export type { ListZone } from './filters/listing.ts'
export { defaultTreatments, type RspamdAction, type RspamdOptions, rspamd, rspamdActions } from './filters/rspamd.ts'
export { type OverQuota, overQuotaAnswers } from './full.ts'
export { defaultMtaLimits, type MtaLimits } from './limits.ts'
export { policiesOf as tlsReportPolicies } from './outbound/report/body.ts'
export type { SmartHost } from './outbound/route.ts'
export type { OutboundRoute } from './outbound/ways.ts'
export { type ScriptRun, Scripts, type ScriptWatch, type Verdict } from './scripts.ts'
export { type ListOptions, type MtaOptions, type MtaService, serveMta } from './service.ts'
export {
  dkimAlgorithms,
  dkimName,
  dkimRecord,
  ensureDkimKeys,
  isRecordOf,
  isWaiting,
  makeDkimKeys,
} from './signing/key.ts'
