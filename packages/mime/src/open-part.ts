import { type Content, plainContent } from './content.ts'
import { envelope } from './envelope.ts'
import type { Part, PartProblem } from './tree.ts'

/** A part whose end has not come yet. */
export class OpenPart {
  readonly headerStart: number
  /** True for the message itself and encapsulated ones. */
  readonly isMessage: boolean
  readonly inDigest: boolean
  readonly parts: Part[] = []
  hasField = false
  /** Of a multipart: its first delimiter, its close delimiter came. */
  hasChild = false
  isClosed = false
  content: Content | null = null
  envelope: Uint8Array | null = null
  problem: PartProblem | null = null
  #bodyStart = 0
  #linesBefore = 0

  constructor(headerStart: number, isMessage: boolean, inDigest: boolean) {
    this.headerStart = headerStart
    this.isMessage = isMessage
    this.inDigest = inDigest
  }

  /** The header is read: the body begins at `start`, before which there are `linesBefore` line feeds. */
  body(content: Content, start: number, linesBefore: number): void {
    this.content = content
    this.problem = content.problem
    this.#bodyStart = start
    this.#linesBefore = linesBefore
  }

  get isContainer(): boolean {
    return isMultipart(this.content) || isMessage(this.content)
  }

  /** Past a limit a container is a sequence of octets. */
  makeOpaque(problem: PartProblem): void {
    if (this.content === null) return
    this.content = { ...this.content, type: 'application', subtype: 'octet-stream', params: [], boundary: null }
    this.problem = problem
  }

  /**
   * The part, ending at `end`. That may be before the body was thought to begin: where the blank line's break turns
   * out to be that of a delimiter, there is neither a blank line nor a body.
   */
  close(end: number, lines: number): Part {
    const { type, subtype, params, id, description, encoding, md5, disposition, language, location } =
      this.content ?? plainContent
    const bodyStart = Math.min(this.#bodyStart, end)
    const bodyLines = bodyStart === end ? 0 : Math.max(0, lines - this.#linesBefore)
    if (this.isContainer && this.parts.length === 0) {
      this.parts.push(wholeBody(bodyStart, end, bodyLines, encoding, isMessage(this.content)))
      if (isMultipart(this.content)) this.problem ??= 'no-parts'
    } else if (isMultipart(this.content) && !this.isClosed) this.problem ??= 'not-closed'
    return {
      headerStart: Math.min(this.headerStart, end),
      bodyStart,
      end,
      bodyLines,
      type,
      subtype,
      params,
      id,
      description,
      encoding,
      md5,
      disposition,
      language,
      location,
      parts: this.parts,
      ...(this.envelope === null ? {} : { envelope: this.envelope }),
      ...(this.problem === null ? {} : { problem: this.problem }),
    }
  }
}

/** The one part of a container in which none was found: all its octets, so that none of them is out of reach. */
function wholeBody(start: number, end: number, bodyLines: number, encoding: string, isMessage: boolean): Part {
  const { type, subtype, params, id, description, md5, disposition, language, location } = plainContent
  return {
    headerStart: start,
    bodyStart: start,
    end,
    bodyLines,
    type,
    subtype,
    params,
    id,
    description,
    encoding,
    md5,
    disposition,
    language,
    location,
    parts: [],
    ...(isMessage ? { envelope: envelope(new Map()) } : {}),
  }
}

function isMultipart(content: Content | null): boolean {
  return content?.type === 'multipart'
}

/** message/rfc822, and message/global which RFC 6532 §3.7 treats like it. */
function isMessage(content: Content | null): boolean {
  return content?.type === 'message' && (content.subtype === 'rfc822' || content.subtype === 'global')
}
