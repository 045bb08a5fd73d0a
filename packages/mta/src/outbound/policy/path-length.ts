/** pathLenConstraint of a certificate (RFC 5280 §4.2.1.9), which Node does not tell. */

/** id-ce-basicConstraints, 2.5.29.19, in DER. */
const basicConstraints = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x13])
const [booleanTag, integerTag, octetStringTag, sequenceTag] = [0x01, 0x02, 0x04, 0x30]

/** How many authorities may stand between this one and a certificate of a server; null for as many as there are. */
export function pathLengthOf(der: Uint8Array): number | null {
  const octets = Buffer.from(der.buffer, der.byteOffset, der.length)
  const found = octets.indexOf(basicConstraints)
  if (found === -1) return null
  let at = found + basicConstraints.length
  /** Of a value of this type that begins here and is shorter than 128 octets: its length; goes to its content. */
  const enter = (tag: number): number | null => {
    const length = octets[at + 1]
    if (octets[at] !== tag || length === undefined || length > 0x7f) return null
    at += 2
    return length
  }
  const skipBoolean = () => {
    const length = enter(booleanTag)
    at += length ?? 0
  }
  skipBoolean()
  if (enter(octetStringTag) === null) return null
  const length = enter(sequenceTag)
  if (length === null) return null
  const end = at + length
  skipBoolean()
  if (at >= end) return null
  const digits = enter(integerTag)
  return digits === null || digits < 1 || digits > 4 ? null : octets.readUIntBE(at, digits)
}
