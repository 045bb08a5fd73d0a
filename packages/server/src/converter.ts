/** What converts parts of messages, as it is configured. */
import { type Converter, type ConverterOptions, startConverter } from '@lemonade/convert'
import type { Config } from './config/config.ts'
import { groupLimits } from './limit-groups.ts'

/** Null where nothing is converted. Whoever opens it closes it: it has processes of its own. */
export function openConverter(config: Config, observed: Pick<ConverterOptions, 'log' | 'metrics'>): Converter | null {
  const { enabled, preferred, programs } = config.convert
  if (!enabled) return null
  const limits = groupLimits('convert', config.limits)
  return startConverter({ ...observed, preferred, programs, limits, hidden: [config.data] })
}

/** For commands that rarely need one: it starts when it is first asked for. */
export class LateConverter implements Pick<Converter, 'plan' | 'convert' | 'close'> {
  readonly #config: Config
  #converter: Converter | null = null

  constructor(config: Config) {
    this.#config = config
  }

  /** Null where nothing is converted. */
  static of(config: Config): LateConverter | null {
    return config.convert.enabled ? new LateConverter(config) : null
  }

  plan(...args: Parameters<Converter['plan']>) {
    return this.#opened.plan(...args)
  }

  convert(...args: Parameters<Converter['convert']>) {
    return this.#opened.convert(...args)
  }

  async close(): Promise<void> {
    await this.#converter?.close()
  }

  get #opened(): Converter {
    this.#converter ??= openConverter(this.#config, {})
    if (this.#converter === null) throw new Error('nothing is converted here')
    return this.#converter
  }
}
