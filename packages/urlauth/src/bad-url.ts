/** Says why a URL cannot be used: its syntax, or what it names (RFC 4469 §4.1). */
export class BadUrl extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadUrl'
  }
}
