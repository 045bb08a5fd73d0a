import type { Auth } from '@lemonade/auth'
import {
  authentication,
  binaryMime,
  chunking,
  deliverBy,
  dsn,
  type EsmtpService,
  eightBitMime,
  enhancedStatusCodes,
  futureRelease,
  limits as limitsExtension,
  mtPriority,
  pipelining,
  requireTls,
  serveEsmtp,
  size,
  smtpUtf8,
  startTls,
} from '@lemonade/esmtp'
import type { Address, Log, Metrics, Proxies, TlsSource } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import { burl } from './burl.ts'
import type { ImapServer } from './imap-client.ts'
import type { SubmitLimits } from './limits.ts'
import { type Inspect, Submission } from './submission.ts'

export interface SubmitOptions {
  readonly store: Store
  readonly auth: Auth
  readonly tls: TlsSource
  /** `submission` begins in the clear with STARTTLS, `submissions` with TLS (RFC 8314 §3.3). */
  readonly listen: { readonly submission: readonly Address[]; readonly submissions: readonly Address[] }
  /** Who may speak for others, by listener; default: nobody. */
  readonly proxies?: { readonly submission?: Proxies | null; readonly submissions?: Proxies | null }
  readonly hostname: string
  /** Between user and detail (RFC 5233 §1); '' for none. */
  readonly delimiter: string
  /** Other IMAP servers, whose URLs are resolved for the users of this one. */
  readonly imapServers: readonly ImapServer[]
  /** Looks at what a message holds; default: nobody does. */
  readonly inspect?: Inspect | null
  /** Received fields say where a client is; default: they do not. */
  readonly tellsClient?: boolean
  readonly limits: SubmitLimits
  readonly log: Log
  readonly metrics: Metrics
}

/** Takes mail from accounts (RFC 6409). Throws ListenError. */
export function serveSubmit(options: SubmitOptions): Promise<EsmtpService> {
  const { auth, tls, listen, hostname, limits, log, metrics } = options
  const { submission = null, submissions = null } = options.proxies ?? {}
  return serveEsmtp({
    hostname,
    listeners: [
      { name: 'submission', protocol: 'SMTP', addresses: listen.submission, implicitTls: false, proxies: submission },
      { name: 'submissions', protocol: 'SMTP', addresses: listen.submissions, implicitTls: true, proxies: submissions },
    ],
    extensions: [
      pipelining,
      size,
      eightBitMime,
      chunking,
      binaryMime,
      burl(options),
      startTls(tls),
      authentication(auth),
      enhancedStatusCodes,
      dsn,
      deliverBy(),
      futureRelease({ seconds: limits.futureReleaseSeconds }),
      mtPriority,
      limitsExtension,
      smtpUtf8,
      requireTls,
    ],
    tls,
    limits,
    log,
    metrics,
    receiver: session => new Submission(session, options),
  })
}
