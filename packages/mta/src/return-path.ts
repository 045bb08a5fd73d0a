import { headerFields } from '@lemonade/mime'

/** How many octets of Return-Path fields stand at the very beginning of a header: those that delivery put there. */
export function returnPathEnd(header: Uint8Array): number {
  let end = 0
  for (const field of headerFields(header)) {
    if (field.nameLower !== 'return-path' || field.start !== end) break
    end = field.end
  }
  return end
}
