/**
 * CATENATE, RFC 4469: a message put together from literals and from parts of stored messages, which are not copied.
 *
 * URLs are references to this server, or name it and the user of the session (RFC 4469 §3); ;PARTIAL= is understood
 * (RFC 5550 §5.7.1).
 */
import { type ContentPiece, type Mailbox, type PreparedContent, StoreError } from '@lemonade/store'
import { accountOf, BadUrl, type ImapUrl, isThisServer, parseUrl, resolve } from '@lemonade/urlauth'
import { accessTo } from '../access.ts'
import { type AppendData, extension } from '../extension.ts'
import type { Parsing } from '../parsing.ts'
import { No } from '../problem.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'

type CatPart =
  | PreparedContent
  | { readonly text: string; readonly url: ImapUrl }
  | ((session: Session) => Promise<PreparedContent>)

/** append-data =/ "CATENATE" SP "(" cat-part *(SP cat-part) ")" (RFC 4469 §5) */
const data: AppendData = {
  async parse(p, at) {
    const parts: CatPart[] = []
    p.sp()
    p.char('(')
    do {
      if (parts.length === at.limits.imapCatenateParts) throw new No('Too many parts', 'LIMIT')
      parts.push(await catPart(p, at))
    } while (p.trySp())
    p.char(')')
    return session => join(session, parts)
  },
}

/** cat-part = text-literal / url; text-literal = "TEXT" SP literal; url = "URL" SP astring (RFC 4469 §5) */
async function catPart(p: Parser, at: Parsing): Promise<CatPart> {
  const word = p.word()
  switch (word) {
    case 'TEXT':
      p.sp()
      if (!p.isLiteral() && !(p.isNext('~') && at.tables.appendData.has('~{'))) p.expected('a literal')
      return at.input.message(p)
    case 'URL': {
      p.sp()
      if (p.isLiteral()) await at.input.load(p)
      const text = p.astring()
      return { text, url: await refusing(text, () => parseUrl(text)) }
    }
    default: {
      const data = at.tables.appendData.get(word)
      return data?.isPart ? data.parse(p, at) : p.expected('TEXT or URL')
    }
  }
}

/** The whole, of which nothing but literals is new. */
async function join(session: Session, parts: readonly CatPart[]): Promise<PreparedContent> {
  const pieces: ContentPiece[] = []
  try {
    for (const part of parts) pieces.push(await pieceOf(session, part))
    const whole = await session.store.contents.compose(pieces, { limitOctets: session.limits.imapAppendOctets })
    if (whole.octets > 0) return whole
    await whole.discard()
    throw new No('A message cannot be empty', 'CANNOT')
  } catch (error) {
    for (const piece of pieces) if ('discard' in piece) await piece.discard()
    throw error
  }
}

async function pieceOf(session: Session, part: CatPart): Promise<ContentPiece> {
  if (typeof part === 'function') return part(session)
  return 'discard' in part ? part : named(session, part.text, part.url)
}

/** What a URL names. Throws `No` with BADURL (RFC 4469 §4.1). */
async function named(session: Session, text: string, url: ImapUrl): Promise<ContentPiece> {
  const { store } = session
  const found = await refusing(text, async () => {
    const { server } = url
    if (server !== null) {
      if (!(await isThisServer(store, session.shared.hostname, server.host)))
        throw new BadUrl('The URL names another server')
      if (server.user !== null && (await accountOf({ store }, server.user, server))?.id !== session.account)
        throw new BadUrl('The URL names another user')
    }
    if (url.access !== null) throw new BadUrl('The URL is not one of this session')
    return resolve({ store, mailbox: name => readable(session, name) }, url)
  })
  if (!('octets' in found)) return found
  const writer = store.contents.writer({ limitOctets: found.octets.length })
  await writer.write(found.octets)
  return writer.finish()
}

async function readable(session: Session, name: string): Promise<Mailbox | null> {
  const access = await accessTo(session, name)
  return access?.rights.has('r') ? access.mailbox : null
}

async function refusing<T>(text: string, use: () => T | Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    if (error instanceof BadUrl) throw new No(error.message, `BADURL "${shown(text)}"`)
    // What was there a moment ago was expunged.
    if (error instanceof StoreError && error.problem === 'no-such-message')
      throw new No('There is no such message', `BADURL "${shown(text)}"`)
    throw error
  }
}

/** A URL as the response may have it: what no URL has is percent-encoded (RFC 4469 §5, url-resp-text). */
function shown(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^!#-Z^-~]/gu, encodeURIComponent)
    .slice(0, shownCharacters)
}

const shownCharacters = 1024

export const catenate = extension({
  rfc: 4469,
  advertise: 'CATENATE',
  appendData: { CATENATE: data },
  codes: ['BADURL', 'TOOBIG'], // §4
})
