/** Base subject extraction (RFC 5256 §2.1). Works with two offsets into the subject, so its time is linear. */

export interface BaseSubject {
  readonly base: string
  /** True where a subj-refwd, a "(fwd)" or "[fwd: … ]" was removed. */
  readonly isReplyOrForward: boolean
}

/** Of a subject that is unfolded and decoded. */
export function baseSubject(subject: string): BaseSubject {
  const extraction = new Extraction(subject.replace(/[ \t\r\n]+/g, ' '))
  do {
    extraction.trailers()
    extraction.leadersAndBlobs()
  } while (extraction.forward())
  return { base: extraction.rest, isReplyOrForward: extraction.isReplyOrForward }
}

class Extraction {
  readonly #text: string
  #start = 0
  #end: number
  isReplyOrForward = false

  constructor(text: string) {
    this.#text = text
    this.#end = text.length
  }

  get rest(): string {
    return this.#text.slice(this.#start, this.#end)
  }

  /** (2) subj-trailer = "(fwd)" / WSP */
  trailers(): void {
    for (;;) {
      if (this.#end > this.#start && this.#text[this.#end - 1] === ' ') this.#end--
      else if (this.#is('(fwd)', this.#end - 5)) {
        this.#end -= 5
        this.isReplyOrForward = true
      } else return
    }
  }

  /** (3) to (5). Blobs before a subj-refwd go with it; others go one by one as long as something is left. */
  leadersAndBlobs(): void {
    for (;;) {
      this.#start = this.#blanks(this.#start)
      const afterBlobs = this.#blobs(this.#start)
      const afterLeader = this.#refwd(afterBlobs)
      if (afterLeader !== -1) {
        this.#start = afterLeader
        this.isReplyOrForward = true
        continue
      }
      let next = this.#blob(this.#start)
      while (next !== -1 && next < this.#end) {
        this.#start = next
        next = this.#blob(this.#start)
      }
      return
    }
  }

  /** (6) subj-fwd = "[fwd:" subject "]" */
  forward(): boolean {
    if (!this.#is('[fwd:', this.#start) || this.#text[this.#end - 1] !== ']' || this.#end - this.#start < 6)
      return false
    this.#start += 5
    this.#end--
    this.isReplyOrForward = true
    return true
  }

  /** subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"; where it ends, or -1. */
  #refwd(at: number): number {
    const word = ['re', 'fwd', 'fw'].find(token => this.#is(token, at))
    if (word === undefined) return -1
    const after = this.#blanks(at + word.length)
    const blob = this.#blob(after)
    const colon = blob === -1 ? after : blob
    return colon < this.#end && this.#text[colon] === ':' ? colon + 1 : -1
  }

  #blobs(at: number): number {
    let end = at
    for (let next = this.#blob(end); next !== -1; next = this.#blob(end)) end = next
    return end
  }

  /** subj-blob = "[" *BLOBCHAR "]" *WSP; where it ends, or -1. */
  #blob(at: number): number {
    if (at >= this.#end || this.#text[at] !== '[') return -1
    for (let next = at + 1; next < this.#end; next++) {
      if (this.#text[next] === '[') return -1
      if (this.#text[next] === ']') return this.#blanks(next + 1)
    }
    return -1
  }

  #blanks(at: number): number {
    let next = at
    while (next < this.#end && this.#text[next] === ' ') next++
    return next
  }

  #is(lower: string, at: number): boolean {
    return (
      at >= this.#start &&
      at + lower.length <= this.#end &&
      this.#text.slice(at, at + lower.length).toLowerCase() === lower
    )
  }
}
