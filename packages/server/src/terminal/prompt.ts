/** Passwords come from a person or from standard input, never from the arguments, which every process can read. */
import { createInterface } from 'node:readline/promises'
import { UserError } from '../problem.ts'
import type { Io } from './io.ts'

/** Longer than any password; a whole file piped in by mistake is refused. */
const passwordOctets = 1024

const backspace = ['\u007f', '\b']

/** The first line of standard input. */
export async function passwordFromStdin({ stdin }: Pick<Io, 'stdin'>): Promise<string> {
  let text = ''
  stdin.setEncoding('utf8')
  for await (const piece of stdin) {
    text += piece
    if (text.includes('\n')) break
    if (text.length > passwordOctets) break
  }
  const [line = ''] = text.split(/\r?\n/, 1)
  if (line === '') throw new UserError('No password came on standard input; give it as the first line.')
  if (Buffer.byteLength(line) > passwordOctets) {
    throw new UserError(`The password is longer than ${passwordOctets} octets; give a shorter one as the first line.`)
  }
  return line
}

/** Asks twice, without showing what is typed. Throws a sentence where the two differ or nothing is typed. */
export async function newPasswordFromPrompt(name: string): Promise<string> {
  const first = await hidden(`New password for ${name}: `)
  if (first === '') throw new UserError('No password was typed; nothing was changed.')
  if ((await hidden('The same again: ')) !== first)
    throw new UserError('The two passwords differ; nothing was changed.')
  return first
}

/** Asks on the terminal; only a yes is a yes. */
export async function confirmed(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
  } finally {
    lines.close()
  }
}

/** One line from the terminal with echo off. Ctrl-C and the end of input give up. */
function hidden(question: string): Promise<string> {
  const { stdin, stderr } = process
  return new Promise((resolve, reject) => {
    let typed = ''
    const end = () => {
      stdin.off('data', take)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
    }
    const take = (piece: string) => {
      for (const letter of piece) {
        if (letter === '\r' || letter === '\n') {
          end()
          return resolve(typed)
        }
        if (letter === '\u0003' || letter === '\u0004') {
          end()
          return reject(new UserError('Given up; nothing was changed.'))
        }
        if (backspace.includes(letter)) typed = [...typed].slice(0, -1).join('')
        else if (letter === '\u0015') typed = ''
        else if (letter >= ' ') typed += letter
      }
    }
    stdin.setEncoding('utf8')
    // Echo is off before anybody is asked, so that not even the quickest typist is seen.
    stdin.setRawMode(true)
    stderr.write(question)
    stdin.on('data', take)
    stdin.resume()
  })
}
