/** The converter: plans from the registry, processes from the pool, and an answer or a ConvertProblem for each request. */
import { tmpdir } from 'node:os'
import { type Counter, type Histogram, noMetrics, silentLog } from '@lemonade/net'
import type { Conversion, ProgramName } from './conversion.ts'
import { programNames } from './conversion.ts'
import { convertHeader, headerTypes } from './conversions/header.ts'
import { conversions as allConversions } from './conversions/index.ts'
import type { Converted, Converter, ConvertOptions, Plan, SourceOctets } from './converter.ts'
import { type ConvertLimits, defaultConvertLimits } from './limits.ts'
import { typeName } from './media-type.ts'
import { type ConverterOptions, defaultPreferred } from './options.ts'
import { type ConversionParameter, ConvertProblem } from './problem.ts'
import { impossible, type Planned, Registry } from './registry.ts'
import { Confiner } from './run/confinement.ts'
import { Failure } from './run/failure.ts'
import { findProgram, isProgram } from './run/find-program.ts'
import { collect, JobTools } from './run/job-tools.ts'
import { Pool } from './run/pool.ts'
import { Slots } from './run/slots.ts'
import { Refusal, type Tools } from './run/tools.ts'

/** Looks what the system has, and has a worker ready. It can be used at once; `warm` settles when the worker is. */
export function startConverter(options: ConverterOptions = {}): Converter & { readonly warm: Promise<void> } {
  return new ConverterService(options)
}

class ConverterService implements Converter {
  readonly warm: Promise<void>
  readonly #limits: ConvertLimits
  readonly #options: ConverterOptions
  readonly #programs: ReadonlyMap<ProgramName, string>
  readonly #confiner: Confiner
  readonly #registry: Registry
  readonly #pool: Pool
  readonly #slots: Slots
  readonly #conversionsTotal: Counter
  readonly #conversionSeconds: Histogram
  readonly #planned = new WeakMap<Plan, Planned>()
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  constructor(options: ConverterOptions) {
    const log = options.log ?? silentLog
    this.#options = options
    const metrics = options.metrics ?? noMetrics
    this.#conversionsTotal = metrics.counter(
      'lemonade_conversions_total',
      'Conversions of body parts, by types and how they ended.',
      ['from', 'to', 'outcome'],
    )
    this.#conversionSeconds = metrics.histogram(
      'lemonade_conversion_seconds',
      'How long conversions took, waiting included.',
      [],
      secondsBuckets,
    )
    this.#limits = { ...defaultConvertLimits, ...options.limits }
    this.#programs = programsOf(options.programs ?? {})
    this.#confiner = new Confiner(options.hidden ?? [])
    if (this.#confiner.kind === 'limits') {
      log.warn('conversions run without name spaces of their own: limits of time and memory are what bounds them')
    }
    const offered = allConversions.filter(each => this.#canOffer(each))
    this.#registry = new Registry(offered, this.#limits, options.preferred ?? defaultPreferred)
    this.#pool = new Pool(this.#confiner, this.#limits, options.scratch ?? tmpdir(), log)
    this.#slots = new Slots(this.#limits)
    log.info({ confinement: this.#confiner.kind, programs: [...this.#programs.keys()] }, 'conversions are ready')
    this.warm = this.#pool.warm()
  }

  conversions(from: string, to: string) {
    return this.#registry.conversions(from, to)
  }

  recognizes(type: string): boolean {
    return this.#registry.recognizes(type)
  }

  targets(...args: Parameters<Converter['targets']>): readonly string[] {
    return this.#registry.targets(...args)
  }

  plan(...args: Parameters<Converter['plan']>): Plan {
    const planned = this.#registry.plan(...args)
    const plan = { from: planned.from, to: planned.to, key: planned.key }
    this.#planned.set(plan, planned)
    return plan
  }

  async convert(plan: Plan, octets: SourceOctets, options: ConvertOptions): Promise<Converted> {
    const planned = this.#planned.get(plan)
    if (planned === undefined) throw new Error('a plan of another converter')
    const names = { from: typeName(planned.from), to: planned.to, given: planned.given }
    return this.#run(names, octets, options, tools => planned.conversion.run(planned, tools))
  }

  async convertHeader(
    octets: Uint8Array,
    given: readonly ConversionParameter[],
    options: ConvertOptions,
  ): Promise<Uint8Array> {
    const names = { ...headerTypes, given }
    return this.#run(
      names,
      () => [octets],
      options,
      tools => convertHeader(given, tools),
    )
  }

  async close(): Promise<void> {
    this.#closing.abort(new Failure('closed'))
    this.#slots.close()
    await this.#pool.close()
    await Promise.allSettled(this.#running)
  }

  #canOffer(conversion: Conversion): boolean {
    if (conversion.confinedOnly === true && this.#confiner.kind !== 'namespaces') return false
    return (conversion.programs ?? []).every(name => this.#programs.has(name))
  }

  async #run<T>(names: Names, octets: SourceOctets, options: ConvertOptions, work: (tools: Tools) => Promise<T>) {
    const { account } = options
    const signal = AbortSignal.any([this.#closing.signal, ...(options.signal === undefined ? [] : [options.signal])])
    const begun = performance.now()
    let outcome = 'aborted'
    const running = this.#slots.run(account, signal, async () => {
      const source = await collect(octets, this.#limits.inputOctets, signal)
      const tools = new JobTools({
        ...{ account, signal, source, pool: this.#pool, confiner: this.#confiner },
        ...{ limits: this.#limits, programs: this.#programs, scratch: this.#options.scratch ?? tmpdir() },
      })
      return await work(tools)
    })
    this.#running.add(running)
    try {
      const result = await running
      outcome = 'converted'
      return result
    } catch (error) {
      if (error instanceof Failure && error.detail !== '') {
        this.#options.log?.warn({ account, from: names.from, to: names.to, detail: error.detail }, error.message)
      }
      const problem = problemOf(error, names)
      if (problem !== null) outcome = problem.error.code
      throw problem ?? error
    } finally {
      this.#running.delete(running)
      this.#observe(names, account, outcome, (performance.now() - begun) / 1000)
    }
  }

  /** What an operator needs to see misuse and slowness (RFC 5259 §11, §13). */
  #observe({ from, to }: Names, account: string, outcome: string, seconds: number): void {
    const { log = silentLog } = this.#options
    this.#conversionsTotal.inc({ from, to, outcome })
    this.#conversionSeconds.observe(seconds)
    log.info({ account, from, to, outcome, milliseconds: Math.round(seconds * 1000) }, 'conversion')
  }
}

interface Names {
  readonly from: string
  readonly to: string
  readonly given: readonly ConversionParameter[]
}

const secondsBuckets = [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60]

/** Null for what is neither the input's fault nor the conversion's. */
function problemOf(error: unknown, { from, to, given }: Names): ConvertProblem | null {
  if (error instanceof ConvertProblem) return error
  if (error instanceof Failure) {
    return new ConvertProblem({ code: 'TEMPFAIL', minutes: error.minutes }, error.message)
  }
  if (!(error instanceof Refusal)) return null
  const isAtFault = (name: string) => error.parameters.includes(name.toLowerCase())
  return impossible(
    from,
    to,
    given.filter(([name]) => isAtFault(name)),
    error.message,
  )
}

function programsOf(
  configured: Readonly<Partial<Record<ProgramName, string | false>>>,
): ReadonlyMap<ProgramName, string> {
  const found = new Map<ProgramName, string>()
  for (const name of programNames) {
    const path = configured[name] ?? findProgram(name)
    if (path !== false && path !== null && isProgram(path)) found.set(name, path)
  }
  return found
}
