/** What bounds the reading of one message. Past a limit, content stays opaque octets in a tree that is still valid. */
export interface MimeLimits {
  /** Levels of multipart and encapsulated messages; a deeper one is read as application/octet-stream. */
  readonly nesting: number
  /** Parts in all, encapsulated messages included; later ones stay octets of the part that was open. */
  readonly parts: number
  /** Octets of one header that are interpreted; fields beyond them are kept, but not looked at. */
  readonly headerOctets: number
  /** The same, of all headers of a message together. */
  readonly allHeadersOctets: number
}

export const defaultMimeLimits: MimeLimits = {
  nesting: 64,
  parts: 5_000,
  headerOctets: 256 * 1024,
  allHeadersOctets: 2 * 1024 * 1024,
}
