import { extension } from '../extension.ts'
import type { MailParameters } from '../session.ts'

declare module '../session.ts' {
  interface MailParameters {
    /** True for a message of octets of any value, which DATA cannot carry (RFC 3030 §3). */
    readonly binary?: boolean
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function isBinary(parameters: Writable<MailParameters>): void {
  parameters.body = 'BINARYMIME'
  parameters.binary = true
}

/** BINARYMIME: BODY=BINARYMIME, for messages that come by BDAT. Only beside CHUNKING (RFC 3030 §3). */
export const binaryMime = extension({
  rfc: 3030,
  advertise: () => 'BINARYMIME',
  // RFC 5550 §8.4.2 writes the shorter form.
  mailValues: { 'BODY=BINARYMIME': isBinary, 'BODY=BINARY': isBinary },
  forbidsData: parameters => parameters.binary === true,
})
