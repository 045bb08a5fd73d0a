/**
 * spamtest, with :percent under spamtestplus, and virustest (RFC 5235). Who tests is the host's business; a message
 * that nobody tested counts as none (§3.1) and has the value 0.
 */
import type { Arguments } from '../arguments.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { string } from '../signature.ts'
import type { ContentVerdict } from '../step.ts'

/** One answer a run: thirty rules ask once, and get the same. */
const memory = { initial: () => new Map<'spam' | 'virus', ContentVerdict | null>() }

function* verdictOf(of: 'spam' | 'virus', machine: Machine): Asking<ContentVerdict | null> {
  const known = machine.state(memory)
  let verdict = known.get(of)
  if (verdict === undefined) {
    machine.charge(10)
    const answer = yield { ask: 'content-verdict', of }
    verdict = isVerdict(answer) ? answer : null
    known.set(of, verdict)
  }
  return verdict
}

function isVerdict(answer: unknown): answer is ContentVerdict {
  return typeof answer === 'object' && answer !== null && typeof (answer as ContentVerdict).value === 'number'
}

function matches(given: Arguments, machine: Machine, value: number, verdict: ContentVerdict | null): boolean {
  const text = verdict?.text === undefined || verdict.text === '' ? '' : ` ${verdict.text}`
  return machine.matches(given, [`${value}${text}`], [given.text('value')], { count: verdict === null ? 0 : 1 })
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.round(value)))
}

/** 1 is clear and 10 is certain; what lies between is shared out among 2 to 9, so that neither is said in doubt. */
function ofTen(percent: number): number {
  if (percent <= 0) return 1
  return percent >= 100 ? 10 : within(1 + (percent * 9) / 100, 2, 9)
}

/** Either word has the test; `:percent` is spamtestplus's (§3.2). */
const noPercent = '":percent" needs require "spamtestplus"; at the top of the script.'

function* spam(given: Arguments, machine: Machine): Asking<boolean> {
  if (given.has('percent') && !machine.has('spamtestplus')) machine.fail(noPercent)
  const verdict = yield* verdictOf('spam', machine)
  const percent = verdict === null ? 0 : within(verdict.value, 0, 100)
  const value = given.has('percent') ? percent : verdict === null ? 0 : ofTen(verdict.value)
  return matches(given, machine, value, verdict)
}

function* virus(given: Arguments, machine: Machine): Asking<boolean> {
  const verdict = yield* verdictOf('virus', machine)
  return matches(given, machine, verdict === null ? 0 : within(verdict.value, 1, 5), verdict)
}

export const spamtest = extension({
  capabilities: ['spamtest', 'spamtestplus'],
  rfc: 5235,
  tests: {
    spamtest: {
      matching: true,
      tags: [{ tag: 'percent' }],
      positionals: [string('value')],
      check: (given, { required, deferred }) =>
        given['percent'] === undefined || required.has('spamtestplus') || deferred ? null : noPercent,
      run: spam,
    },
  },
})

export const virustest = extension({
  capabilities: ['virustest'],
  rfc: 5235,
  tests: { virustest: { matching: true, positionals: [string('value')], run: virus } },
})
