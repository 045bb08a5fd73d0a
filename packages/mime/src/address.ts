/**
 * Address lists (RFC 5322 §3.4, §4.4), and all that is sent in their place. Total: what is no address becomes a name
 * or a mailbox without a host. Encoded words in names stay as they are; `decodeWords` decodes them.
 */

export interface Address {
  /** display-name without its quotes, else the comment after the address; '' where there is none. */
  readonly name: string
  /** local-part without its quotes; '' where only a name stands. */
  readonly mailbox: string
  /** '' where there is none: such an address is no group (RFC 3501 §7.4.2 marks those by a NIL host). */
  readonly host: string
  /** obs-route, "@a,@b" without the colon. */
  readonly route: string
}

export interface Group {
  readonly group: string
  readonly members: readonly Address[]
}

export type AddressList = readonly (Address | Group)[]

/** address-list = *("," / address), a group's members inside it. */
export function parseAddressList(value: string): AddressList {
  return new AddressParser(value).list()
}

/** Every address of a list, those in groups too. */
export function mailboxes(list: AddressList): Address[] {
  return list.flatMap(entry => ('group' in entry ? entry.members : entry))
}

/** A quoted-string or a run of atom characters; `spaced` where white space or a comment stood before it. */
interface Word {
  readonly text: string
  readonly quoted: boolean
  readonly spaced: boolean
}

const specials = ' \t\r\n"(),:;<>@[]\\'

class AddressParser {
  readonly #text: string
  #at = 0
  /** The last comment seen: a name, where there is no other. */
  #comment = ''
  #spaced = false

  constructor(text: string) {
    this.#text = text
  }

  list(): AddressList {
    const entries: (Address | Group)[] = []
    // A semicolon that ends no group separates, as users of Outlook type it.
    while (this.#more(',;')) {
      const words = this.#words()
      if (this.#peek() === ':' && words.length > 0) {
        this.#at++
        entries.push({ group: phrase(words), members: this.#members() })
      } else {
        const address = this.#address(words)
        if (address !== null) entries.push(address)
      }
    }
    return entries
  }

  /** group-list up to ";", or to the end where it is missing. */
  #members(): Address[] {
    const members: Address[] = []
    while (this.#more(',')) {
      if (this.#peek() === ';') {
        this.#at++
        break
      }
      const words = this.#words()
      // Groups do not nest: the name of one in a group is passed over.
      if (this.#peek() === ':') {
        this.#at++
        continue
      }
      const address = this.#address(words)
      if (address !== null) members.push(address)
    }
    return members
  }

  /** mailbox = name-addr / addr-spec, after its first words. Moves past the comma that ends it. */
  #address(words: readonly Word[]): Address | null {
    let address: Address | null = null
    if (this.#peek() === '<') {
      address = this.#angle(phrase(words))
    } else if (this.#peek() === '@') {
      address = { name: '', mailbox: local(words), host: this.#host(), route: '' }
      // "a@b <a@b>", unquoted, is sent often: the first is the name.
      if (this.#peek() === '<') address = this.#angle(`${address.mailbox}@${address.host}`)
    } else if (words.length > 0) {
      address = bare(words)
    }
    this.#skipRest()
    if (address === null) return null
    const name = address.name === '' ? this.#comment : address.name
    return name === address.name ? address : { ...address, name }
  }

  /** angle-addr = "<" [obs-route] addr-spec ">" */
  #angle(name: string): Address {
    this.#at++
    let route = ''
    let words = this.#words()
    while (words.length === 0 && (this.#peek() === '@' || this.#peek() === ',')) {
      if (this.#peek() === ',') this.#at++
      else route += `${route === '' ? '' : ','}@${this.#host()}`
      this.#blanks()
    }
    if (this.#peek() === ':' && (route !== '' || words.length === 0)) {
      this.#at++
      words = this.#words()
    } else if (route !== '') {
      // "<@host>" is an address without a local part, not a route.
      const host = route.slice(route.lastIndexOf('@') + 1)
      const before = route.slice(0, Math.max(0, route.lastIndexOf(',')))
      this.#endOfAngle()
      return { name, mailbox: '', host, route: before }
    }
    const mailbox = local(words)
    const host = this.#peek() === '@' ? this.#host() : ''
    this.#endOfAngle()
    return { name, mailbox, host, route }
  }

  #endOfAngle(): void {
    while (this.#at < this.#text.length && !'>,'.includes(this.#peek())) {
      if (this.#peek() === '"') this.#quoted()
      else this.#at++
    }
    if (this.#peek() === '>') this.#at++
    this.#blanks()
  }

  /** "@" domain; white space and comments in it are dropped, a literal keeps its brackets. */
  #host(): string {
    let host = ''
    while (this.#peek() === '@') {
      this.#at++
      this.#blanks()
    }
    for (;;) {
      const char = this.#peek()
      if (char === '[') host += this.#literal()
      else {
        const start = this.#at
        while (this.#at < this.#text.length && !specials.includes(this.#peek())) this.#at++
        if (this.#at === start) return host
        host += this.#text.slice(start, this.#at)
      }
      this.#blanks()
      // Only a dot joins what white space parts.
      if (!host.endsWith('.') && this.#peek() !== '.') return host
    }
  }

  #literal(): string {
    const start = this.#at++
    while (this.#at < this.#text.length && !']\r\n'.includes(this.#peek())) this.#at += this.#peek() === '\\' ? 2 : 1
    if (this.#peek() === ']') this.#at++
    return this.#text.slice(start, this.#at)
  }

  #words(): Word[] {
    const words: Word[] = []
    this.#spaced = false
    this.#blanks()
    while (this.#at < this.#text.length) {
      const char = this.#peek()
      const spaced = this.#spaced
      this.#spaced = false
      if (char === '"') words.push({ text: this.#quoted(), quoted: true, spaced })
      else if (char === '[' || char === ']' || char === '\\') {
        words.push({ text: char, quoted: false, spaced })
        this.#at++
      } else {
        const start = this.#at
        while (this.#at < this.#text.length && !specials.includes(this.#peek())) this.#at++
        if (this.#at === start) break
        words.push({ text: this.#text.slice(start, this.#at), quoted: false, spaced })
      }
      this.#blanks()
    }
    return words
  }

  #quoted(): string {
    let value = ''
    let start = ++this.#at
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === 34) break
      if (code !== 92) continue
      value += this.#text.slice(start, this.#at)
      start = ++this.#at
    }
    value += this.#text.slice(start, this.#at)
    this.#at++
    return value
  }

  /** White space and comments. */
  #blanks(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#peek()
      if (char === '(') this.#readComment()
      else if (!' \t\r\n'.includes(char)) return
      this.#spaced = true
    }
  }

  /** Stands on the last character of the comment afterwards. */
  #readComment(): void {
    let depth = 0
    let value = ''
    for (; this.#at < this.#text.length; this.#at++) {
      let char = this.#peek()
      if (char === '(' && depth++ === 0) continue
      if (char === ')' && --depth === 0) break
      if (char === '\\') {
        this.#at++
        char = this.#peek()
      }
      value += char
    }
    this.#comment = value.trim()
  }

  /** True where something follows the separators. */
  #more(separators: string): boolean {
    this.#blanks()
    while (this.#at < this.#text.length && separators.includes(this.#peek())) {
      this.#at++
      this.#blanks()
    }
    this.#comment = ''
    return this.#at < this.#text.length
  }

  /** Junk after an address, up to the comma and past it; a semicolon stays for the group. */
  #skipRest(): void {
    for (;;) {
      this.#blanks()
      const char = this.#peek()
      if (char === '' || char === ';') return
      if (char === '"') this.#quoted()
      else this.#at++
      if (char === ',') return
    }
  }

  #peek(): string {
    return this.#text.charAt(this.#at)
  }
}

function phrase(words: readonly Word[]): string {
  return words.map((word, index) => (index > 0 && word.spaced ? ` ${word.text}` : word.text)).join('')
}

/** local-part = dot-atom / quoted-string / obs-local-part */
function local(words: readonly Word[]): string {
  return words
    .map((word, index) => (index > 0 && word.spaced && !isDotted(words, index) ? ` ${word.text}` : word.text))
    .join('')
}

function isDotted(words: readonly Word[], index: number): boolean {
  return (words[index]?.text.startsWith('.') ?? false) || (words[index - 1]?.text.endsWith('.') ?? false)
}

/** Words without "@" or "<": one atom is a local user, anything else a name. */
function bare(words: readonly Word[]): Address {
  const [only] = words
  return words.length === 1 && only?.quoted === false
    ? { name: '', mailbox: only.text, host: '', route: '' }
    : { name: phrase(words), mailbox: '', host: '', route: '' }
}
