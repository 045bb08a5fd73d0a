/** The bounds of conversions. */

export interface ConvertLimits {
  /** Octets of a body part, its transfer encoding undone, that is converted at all. */
  readonly inputOctets: number
  /** Octets of a result. */
  readonly outputOctets: number
  /** Octets of a text, calendar, contact or drawing that is converted. */
  readonly textOctets: number
  /** Octets of a header that is converted. */
  readonly headerOctets: number
  /** Elements of an HTML document one inside another. */
  readonly htmlDepth: number
  /** Tags of an HTML document together. */
  readonly htmlTags: number
  /** Octets of an unknown-character-replacement (RFC 5259 §12.1). */
  readonly replacementOctets: number
  /** Pixels of a picture that is converted; what it claims counts, before anything is decoded. */
  readonly pixels: number
  /** Pixels in width or height of a result. */
  readonly side: number
  /** The page of a document up to which images may be had. */
  readonly pages: number
  /** How long a conversion inside a worker process may take. */
  readonly workerSeconds: number
  /** How long one by a program (poppler, LibreOffice, ffmpeg) may take. */
  readonly programSeconds: number
  /** Resident memory of a worker process. */
  readonly workerMemoryOctets: number
  /** Resident memory of a program with all its processes. */
  readonly programMemoryOctets: number
  /** Octets that a program may write to its own directory, and that an archive which it opens may say it holds. */
  readonly scratchOctets: number
  /** Conversions at a time. */
  readonly parallel: number
  /** Conversions that wait for a process; one more is a TEMPFAIL. */
  readonly waiting: number
  /** Conversions of one account that run or wait. */
  readonly perAccount: number
  /** Worker processes that are kept warm for whoever comes. */
  readonly spares: number
  /** A worker process that has had nothing to do for so long is stopped, a spare excepted. */
  readonly idleSeconds: number
  /** Conversions after which a worker process is replaced. */
  readonly conversionsPerWorker: number
}

export const defaultConvertLimits: ConvertLimits = {
  inputOctets: 67_108_864,
  outputOctets: 33_554_432,
  textOctets: 8_388_608,
  headerOctets: 1_048_576,
  htmlDepth: 500,
  htmlTags: 250_000,
  // RFC 5259's own example refuses nine with "limited to 4 bytes".
  replacementOctets: 4,
  pixels: 100_000_000,
  side: 8192,
  pages: 1000,
  workerSeconds: 20,
  programSeconds: 120,
  workerMemoryOctets: 805_306_368,
  programMemoryOctets: 1_610_612_736,
  scratchOctets: 268_435_456,
  parallel: 2,
  waiting: 64,
  perAccount: 16,
  spares: 1,
  idleSeconds: 60,
  conversionsPerWorker: 500,
}
