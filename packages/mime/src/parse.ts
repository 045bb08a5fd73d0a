import type { ParsedMessage } from './facts.ts'
import { defaultMimeLimits, type MimeLimits } from './limits.ts'
import type { Part } from './tree.ts'

/** Reads a message in pieces of any size; what it holds does not grow with the message. Never throws. */
export class MessageParser {
  readonly #limits: MimeLimits

  constructor(limits: MimeLimits = defaultMimeLimits) {
    this.#limits = limits
  }

  write(_octets: Uint8Array): void {}

  end(): ParsedMessage {
    throw new Error(`not yet ${this.#limits.parts}`)
  }
}

/** The tree of a message that is in memory; never throws. */
export function parseMessage(octets: Uint8Array, limits?: MimeLimits): Part {
  const parser = new MessageParser(limits)
  parser.write(octets)
  return parser.end().structure
}
