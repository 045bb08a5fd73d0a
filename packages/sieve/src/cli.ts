/** The command line: `sieve.js check FILE…` and `sieve.js run FILE MESSAGE.eml`, for people who write scripts. */
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { headerEnd, parseMessage } from '@lemonade/mime'
import { compile } from './compile.ts'
import { describeAct } from './describe.ts'
import { formatDiagnostics } from './diagnostic.ts'
import { deliverBy, extensions, furtherNotifyMethods } from './extensions/index.ts'
import { link } from './link.ts'
import { messageOf } from './message.ts'
import type { Program } from './program.ts'
import { run } from './run.ts'
import { judgeScriptName, type ScriptLocation } from './script-name.ts'
import { type Answer, type Ask, isAsk } from './step.ts'

/** Nothing is done, so anything may be tried. */
const all = [...extensions, ...deliverBy, ...Object.values(furtherNotifyMethods)]

/** Where lines go. */
export interface Output {
  out(line: string): void
  error(line: string): void
}

const usage = `Usage: sieve.js check FILE...
       sieve.js run FILE MESSAGE.eml [--from ADDRESS] [--to ADDRESS] [--mailbox NAME]... [--global FOLDER]

check  compiles scripts and reports every error with its line and column
run    shows, step by step, what a script would do with a message; nothing is done

  --from ADDRESS   the reverse-path; '' is the null one (default: sender@example.org)
  --to ADDRESS     the recipient (default: recipient@example.net)
  --mailbox NAME   a mailbox that exists, beside INBOX; may be repeated
  --global FOLDER  where "include :global" finds NAME.sieve; personal scripts are beside FILE`

/** Runs a command; answers with the exit code: 0 good, 1 the script is at fault, 2 the call is. */
export async function main(args: readonly string[], output: Output): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        from: { type: 'string', default: 'sender@example.org' },
        to: { type: 'string', default: 'recipient@example.net' },
        mailbox: { type: 'string', multiple: true, default: [] },
        global: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [command, ...files] = positionals
    if (values.help) {
      output.out(usage)
      return 0
    }
    const [script, message] = files
    if (command === 'check' && script !== undefined) return await check(files, output)
    if (command === 'run' && script !== undefined && message !== undefined && files.length === 2) {
      const folders = { personal: dirname(script), global: values.global ?? null }
      const world = { mailboxes: ['INBOX', ...values.mailbox], folders }
      return await dryRun(script, message, { from: values.from, to: values.to }, world, output)
    }
    output.error(usage)
  } catch (error) {
    output.error(error instanceof Error ? error.message : String(error))
  }
  return 2
}

async function check(files: readonly string[], output: Output): Promise<number> {
  let good = true
  for (const file of files) good = (await load(file, output)) !== null && good
  return good ? 0 : 1
}

async function load(file: string, output: Output): Promise<Program | null> {
  const { program, diagnostics } = compile(await readFile(file), { extensions: all })
  if (diagnostics.length > 0) output.error(formatDiagnostics(diagnostics, file))
  return program
}

interface World {
  readonly mailboxes: readonly string[]
  /** Where scripts to include are; null for nowhere. */
  readonly folders: Readonly<Record<ScriptLocation, string | null>>
}

/** A script that another includes; null where there is no such file. */
async function scriptIn(folder: string | null, name: string): Promise<Uint8Array | null> {
  if (folder === null || judgeScriptName(name) !== null || /^\.|[/\\]/.test(name)) return null
  return readFile(join(folder, `${name}.sieve`)).catch(() => null)
}

async function dryRun(
  scriptFile: string,
  messageFile: string,
  envelope: { from: string; to: string },
  { mailboxes, folders }: World,
  output: Output,
): Promise<number> {
  const compiled = await load(scriptFile, output)
  if (compiled === null) return 1
  const program = await link(compiled, (location, name) => scriptIn(folders[location], name), {
    extensions: all,
    name: basename(scriptFile, '.sieve'),
  })
  const octets = await readFile(messageFile)
  const message = messageOf(octets.subarray(0, headerEnd(octets)), octets.length, parseMessage(octets))
  const answer = (ask: Ask): Answer => {
    if (ask.ask === 'mailbox-exists') return mailboxes.includes(ask.mailbox)
    if (ask.ask === 'own-addresses') return ask.addresses.map(address => address === envelope.to)
    // Nothing has been seen before.
    if (ask.ask === 'duplicate') return false
    return ask.ask === 'octets' ? octets.subarray(ask.start, ask.end) : undefined
  }
  const script = run(program, message, envelope, { extensions: all })
  let result = script.next()
  while (!result.done) {
    const step = result.value
    output.out(isAsk(step) ? `? ${step.ask}` : `- ${describeAct(step)}`)
    result = script.next(isAsk(step) ? answer(step) : undefined)
  }
  const { error, actions } = result.value
  if (error !== null)
    output.error(`${error.script ?? scriptFile}:${error.line}:${error.column}: run-time error: ${error.message}`)
  output.out(actions.length === 0 ? 'The message is dropped.' : 'Outcome:')
  for (const action of actions) output.out(`  ${describeAct(action)}`)
  return error === null ? 0 : 1
}
