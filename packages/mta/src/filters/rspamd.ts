/** rspamd by its HTTP protocol: `/checkv2`, with what the envelope says in header fields of the request. */
import { type IncomingMessage, request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { plainAddress } from '../authentication/networks.ts'
import {
  type ContentFilter,
  type Examined,
  type Finding,
  sentOctets,
  TooBig,
  type Treatment,
  type Unavailable,
} from './filter.ts'

/** What rspamd may want done (its `action`), in the words that a key of the configuration can have. */
export const rspamdActions = [
  'reject',
  'discard',
  'quarantine',
  'rewrite_subject',
  'add_header',
  'soft_reject',
  'greylist',
] as const
export type RspamdAction = (typeof rspamdActions)[number]

export const defaultTreatments: Readonly<Record<RspamdAction, Treatment>> = {
  reject: 'refuse',
  // Mail that was answered with success is never dropped.
  discard: 'refuse',
  quarantine: 'junk',
  rewrite_subject: 'junk',
  add_header: 'junk',
  soft_reject: 'defer',
  // It waits for its own greylisting with a soft reject; without, whoever did as it says would wait for ever.
  greylist: 'mark',
}

export interface RspamdOptions {
  /** Of its normal worker, such as http://127.0.0.1:11333. */
  readonly url: string
  readonly unavailable: Unavailable
  readonly treatments: Readonly<Record<RspamdAction, Treatment>>
}

const replyOctets = 1_048_576
const shownSymbols = 30
/** From where rspamd rejects unless it is told otherwise. */
const usualMost = 15

export function rspamd({ url, unavailable, treatments }: RspamdOptions): ContentFilter {
  const target = new URL('checkv2', url.endsWith('/') ? url : `${url}/`)
  const isSecure = target.protocol === 'https:'
  return {
    name: 'rspamd',
    unavailable,
    async examine(message, signal) {
      const response = await post(target, isSecure ? secureRequest : request, message, signal)
      const text = await textOf(response)
      if (response.statusCode === 413) throw new TooBig('rspamd takes no message of this size')
      if (response.statusCode !== 200) throw new Error(`rspamd answers with ${response.statusCode}`)
      return found(JSON.parse(text), treatments)
    },
  }
}

/** Resolves when there is an answer, which may be before everything was sent. */
async function post(
  target: URL,
  ask: typeof request,
  message: Examined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const length = message.content.octets - message.skipped
  // A connection of its own: one that was left open might be closed by the other side just now.
  const call = ask(target, {
    method: 'POST',
    agent: false,
    signal,
    headers: { ...headersOf(message), 'Content-Length': length },
  })
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve)
    call.once('error', reject)
  })
  response.catch(() => {})
  const sent = pipeline(Readable.from(sentOctets(message), { objectMode: false }), call)
  sent.catch(() => {})
  return Promise.race([response, sent.then(() => response)])
}

function headersOf({
  id,
  clientAddress,
  hello,
  reversePath,
  recipients,
  user,
}: Examined): Record<string, string | string[]> {
  return {
    'Content-Type': 'message/rfc822',
    'Queue-Id': id,
    IP: plainAddress(clientAddress),
    ...(hello === '' ? {} : { Helo: fieldText(hello) }),
    From: fieldText(reversePath),
    Rcpt: recipients.map(fieldText),
    ...(user === null ? {} : { User: fieldText(user) }),
  }
}

/** UTF-8 in octets, as HTTP carries them, and nothing that ends a field. */
function fieldText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  return Buffer.from(text.replace(/[\u0000-\u001f\u007f]/g, '?'), 'utf8').toString('latin1')
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let octets = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    octets += piece.length
    if (octets > replyOctets) throw new Error('rspamd says too much')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function found(answer: unknown, treatments: Readonly<Record<RspamdAction, Treatment>>): Finding {
  const { action, score, required_score: required, is_skipped: skipped, symbols } = record(answer)
  if (typeof action !== 'string' || typeof score !== 'number') throw new Error('rspamd answers without an action')
  const key = action.replaceAll(' ', '_')
  const known = rspamdActions.find(each => each === key)
  const isClear = key === 'no_action'
  // An action of the administrator's own, that this server knows nothing of, at least shows in the header.
  const treatment = known === undefined ? 'mark' : treatments[known]
  // What rspamd was told not to look at was not tested (RFC 5235 §3.1).
  if (isClear && skipped === true) return { result: 'skipped', treatment, detail: 'skipped', field: null }
  const most = typeof required === 'number' && required > 0 ? required : usualMost
  const shown = `${rounded(score)}/${rounded(most)}`
  const tests = Object.entries(record(symbols)).map(([name, symbol]) => ({
    name,
    score: Number(record(symbol)['score']),
  }))
  const heaviest = tests.toSorted((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, shownSymbols)
  const named = heaviest.map(test => `${test.name}(${rounded(test.score)})`)
  return {
    result: key.slice(0, 40),
    treatment,
    detail: `${action} ${shown}`,
    field: {
      of: 'spam',
      text: [percent(score, most, known === 'reject'), `action=${key}`, `score=${shown}`, ...named].join(' '),
    },
  }
}

/** Of the score from which rspamd would have mail rejected: neither clear nor certain where it is in between (RFC 5235 §3.2). */
function percent(score: number, most: number, isRejected: boolean): number {
  if (isRejected || score >= most) return 100
  if (score <= 0) return 0
  return Math.min(99, Math.max(1, Math.round((score / most) * 100)))
}

function rounded(score: number): number {
  return Number.isFinite(score) ? Math.round(score * 100) / 100 : 0
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
