/** Asks all filters about a message at once, and says what becomes of it. */

import { type Reply, reply } from '@lemonade/esmtp'
import { ownField, ownFields } from '@lemonade/filter'
import type { Log, Metrics } from '@lemonade/net'
import { StoreError } from '@lemonade/store'
import type { MtaLimits } from '../limits.ts'
import { type ContentFilter, type Examined, type Finding, stronger, TooBig, type Treatment } from './filter.ts'
import { Slots } from './slots.ts'

export interface Inspection {
  readonly treatment: Exclude<Treatment, 'defer' | 'refuse'>
  /** Header fields, whole; '' for none. */
  readonly fields: string
  /** For the log: what each filter found. */
  readonly results: Readonly<Record<string, string>>
}

/** What is answered instead of taking the message. */
export interface Rejection {
  readonly reply: Reply
  readonly results: Readonly<Record<string, string>>
}

export interface InspectorOptions {
  readonly filters: readonly ContentFilter[]
  readonly limits: Pick<MtaLimits, 'filterSeconds' | 'filterOctets' | 'filterChecks'>
  readonly log: Log
  readonly metrics: Metrics
}

interface Said {
  readonly filter: ContentFilter
  readonly finding: Finding
}

const refusals = {
  refuse: reply(550, '5.7.1', 'The message was refused by a filter for what it holds'),
  defer: reply(451, '4.7.1', 'The message is not taken now, try again later'),
  unavailable: reply(451, '4.3.0', 'The message cannot be examined now, try again later'),
} as const

const unavailable: Finding = { result: 'unavailable', treatment: 'mark', detail: 'unavailable', field: null }
const tooBig: Finding = { result: 'too-big', treatment: 'mark', detail: 'too big', field: null }

export class Inspector {
  readonly #options: InspectorOptions
  readonly #slots: ReadonlyMap<ContentFilter, Slots>

  constructor(options: InspectorOptions) {
    this.#options = options
    this.#slots = new Map(options.filters.map(filter => [filter, new Slots(options.limits.filterChecks)]))
  }

  /** Never rejects for what a filter does; once `signal` is aborted, nobody waits for the answer. Throws StoreError. */
  async inspect(message: Examined, signal?: AbortSignal): Promise<Inspection | Rejection> {
    const said = await Promise.all(this.#options.filters.map(filter => this.#ask(filter, message, signal)))
    const results = Object.fromEntries(said.map(({ filter, finding }) => [filter.name, finding.detail]))
    const treatment = said.reduce<Treatment>((most, { finding }) => stronger(most, finding.treatment), 'mark')
    if (treatment === 'refuse') return { reply: refusals.refuse, results }
    if (treatment === 'defer') {
      const isWanted = said.some(({ finding }) => finding.treatment === 'defer' && finding.result !== 'unavailable')
      return { reply: isWanted ? refusals.defer : refusals.unavailable, results }
    }
    const fields = said.flatMap(({ finding: { field } }) =>
      field === null ? [] : ownField(ownFields[field.of], field.text),
    )
    return { treatment, fields: fields.join(''), results }
  }

  /** For mail of accounts, into which nothing is written: the reply, where a filter does not let it through. */
  readonly refusalOf = async (message: Examined): Promise<Reply | null> => {
    const found = await this.inspect(message)
    return isRejection(found) ? found.reply : null
  }

  async #ask(filter: ContentFilter, message: Examined, given?: AbortSignal): Promise<Said> {
    const { limits, log, metrics } = this.#options
    const started = performance.now()
    let finding: Finding
    try {
      finding = await this.#examine(filter, message, given)
    } catch (error) {
      if (error instanceof StoreError) throw error
      if (error instanceof TooBig) finding = tooBig
      else {
        finding = { ...unavailable, treatment: filter.unavailable === 'defer' ? 'defer' : 'mark' }
        if (given?.aborted !== true) {
          log.warn({ err: error, id: message.id, filter: filter.name }, 'a filter could not be asked')
        }
      }
    }
    const { name } = filter
    const { result } = finding
    metrics
      .counter('lemonade_mta_filter_total', 'Messages that filters have examined', ['filter', 'result'])
      .inc({ filter: name, result })
    metrics
      .histogram('lemonade_mta_filter_seconds', 'How long a filter took for a message', ['filter'])
      .observe((performance.now() - started) / 1000, { filter: name })
    if (result === 'too-big') {
      log.info({ id: message.id, filter: name, limit: limits.filterOctets }, 'a message is too big for a filter')
    }
    return { filter, finding }
  }

  async #examine(filter: ContentFilter, message: Examined, given?: AbortSignal): Promise<Finding> {
    const { filterOctets, filterSeconds } = this.#options.limits
    if (message.content.octets - message.skipped > filterOctets) throw new TooBig()
    const late = AbortSignal.timeout(filterSeconds * 1000)
    const signal = given === undefined ? late : AbortSignal.any([late, given])
    const leave = await this.#slots.get(filter)?.enter(signal)
    try {
      return await filter.examine(message, signal)
    } finally {
      leave?.()
    }
  }
}

export function isRejection(found: Inspection | Rejection): found is Rejection {
  return 'reply' in found
}
