/** How long a script of 30 rules takes: `node packages/sieve/src/bench.ts`. Medians, in milliseconds. */
import { compile, messageOf, run } from './index.ts'

const rules = Array.from({ length: 30 }, (_, i) => {
  const tests = [
    `header :contains ["Subject", "List-Id"] ["topic ${i}", "thing ${i}"]`,
    `address :is :domain ["From", "Sender"] "host${i}.example.com"`,
    `header :matches "X-Mailer" "*mail ${i}*"`,
  ]
  return `${i === 0 ? 'if' : 'elsif'} anyof (${tests.join(', ')}) { fileinto "Folder ${i}"; }`
})
const source = `require "fileinto";\n${rules.join('\n')}\nelse { keep; }\n`

const hops = Array.from(
  { length: 12 },
  (_, i) =>
    `Received: from mx${i}.example.org (mx${i}.example.org [192.0.2.${i}])\r\n` +
    `\tby mail.example.net with ESMTPS id ABC${i}; Tue, 1 Apr 2025 09:06:31 -0800\r\n`,
)
const header = Buffer.from(
  `${hops.join('')}From: "Wile E." <coyote@desert.example.org>\r\nSender: lists@example.org\r\n` +
    'To: roadrunner@acme.example.com\r\nList-Id: Some list <some.list.example.org>\r\nX-Mailer: Example 2.0\r\n' +
    'Subject: =?utf-8?Q?I_have_a_present_f=C3=BCr_you?=\r\nDate: Tue, 1 Apr 2025 09:06:31 -0800\r\n\r\n',
)
const envelope = { from: 'coyote@desert.example.org', to: 'roadrunner@acme.example.com' }

function median(times: number, work: () => void): number {
  const taken: number[] = []
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    work()
    taken.push(performance.now() - start)
  }
  return taken.sort((a, b) => a - b)[times >> 1] ?? 0
}

const { program } = compile(source)
if (program === null) throw new Error('the script does not compile')
const compiling = median(500, () => compile(source))
const executing = median(5000, () => {
  const script = run(program, messageOf(header, 4000), envelope)
  while (!script.next().done);
})
console.log(
  `compile ${compiling.toFixed(3)} ms, execute ${executing.toFixed(3)} ms (its message's header parsed anew each time)`,
)
