/** Looks whether a document is what its type says before a program opens it, which would guess, and unpack what it can. */
import { Refusal } from '../run/tools.ts'
import type { TaskResult, TaskSettings } from './task.ts'

const zip = Buffer.from('PK\x03\x04', 'latin1')
/** A compound file, as offices wrote them before 2007. */
const compound = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const rtf = Buffer.from('{\\rtf', 'latin1')

/** How a file of each ending begins. */
const beginnings: Readonly<Record<string, Buffer>> = {
  ...{ docx: zip, xlsx: zip, pptx: zip, odt: zip, ods: zip, odp: zip },
  ...{ doc: compound, xls: compound, ppt: compound, rtf },
}

/** Readers look so far for the start of a PDF. */
const pdfStartOctets = 1_024

/** settings: ending; mostOctets that an archive may hold unpacked. */
export function container(octets: Buffer, settings: TaskSettings): TaskResult {
  const ending = String(settings['ending'])
  const beginning = beginnings[ending]
  const isRight =
    beginning === undefined
      ? octets.subarray(0, pdfStartOctets).includes('%PDF-')
      : octets.subarray(0, beginning.length).equals(beginning)
  if (!isRight) throw new Refusal('The content is not of the type that it says')
  if (beginning === zip && unpackedOctets(octets) > Number(settings['mostOctets'])) {
    throw new Refusal('The document is too large')
  }
  return { octets: new Uint8Array(0), facts: {} }
}

const endOfDirectory = Buffer.from('PK\x05\x06', 'latin1')
const directoryEntry = 0x02014b50

/** What the archive's directory says of its files together; one that cannot be found out is too much. */
function unpackedOctets(octets: Buffer): number {
  const end = octets.lastIndexOf(endOfDirectory)
  if (end === -1 || end + 22 > octets.length) throw new Refusal('The content cannot be read')
  let sum = 0
  let at = octets.readUInt32LE(end + 16)
  for (let entries = octets.readUInt16LE(end + 10); entries > 0; entries--) {
    if (at + 46 > end || octets.readUInt32LE(at) !== directoryEntry) throw new Refusal('The content cannot be read')
    sum += octets.readUInt32LE(at + 24)
    at += 46 + octets.readUInt16LE(at + 28) + octets.readUInt16LE(at + 30) + octets.readUInt16LE(at + 32)
  }
  return sum
}
