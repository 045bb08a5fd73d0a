import { type Assembly, contribute, type Share } from '../assembly.ts'
import { type Answer, type Conversation, extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { closing, type Reply, replies, reply } from '../reply.ts'
import type { Session } from '../session.ts'
import { TextInspector } from '../wire/text-inspector.ts'

/** What follows cannot be told from commands, so nothing more is read. */
const badChunk = closing(501, '5.5.4', 'BDAT takes a number of octets, and LAST')
const extendedOnly = reply(503, '5.5.1', 'BDAT needs EHLO')

/** Where text of a message must be text: found out chunk by chunk, over their borders. */
const inspectors = new WeakMap<Assembly, TextInspector>()

/** CHUNKING: BDAT in the place of DATA. Its octets are taken in whatever its answer is (RFC 3030 §2). */
export const chunking = extension({
  rfc: 3030,
  advertise: () => 'CHUNKING',
  commands: {
    BDAT: {
      states: ['start', 'ready', 'mail', 'recipients', 'content'],
      takesArgument: true,
      octetsFollow: true,
      run: (conversation, argument) => {
        const chunk = parseChunk(argument)
        if (chunk === null) return badChunk
        const { session } = conversation
        if (chunk.octets > 2 * session.limits.messageOctets) return replies.tooMuchData
        return receive(conversation, chunk)
      },
    },
  },
})

interface Chunk {
  readonly octets: number
  readonly isLast: boolean
}

/** bdat-cmd = "BDAT" SP chunk-size [SP end-marker]; chunk-size = 1*DIGIT; end-marker = "LAST" */
function parseChunk(argument: string): Chunk | null {
  const match = /^(\d{1,20})(?: (LAST))?$/i.exec(argument.trim())
  return match === null ? null : { octets: Number(match[1]), isLast: match[2] !== undefined }
}

async function receive(conversation: Conversation, { octets, isLast }: Chunk): Promise<Answer> {
  const { session } = conversation
  const drop = () => conversation.chunk(octets, session.limits.dataSeconds, async () => {})
  const refusal = refusalIn(session)
  if (refusal !== null) {
    // Nothing of a message may be missing when its LAST comes.
    await session.endTransaction()
    await drop()
    throw new Refusal(refusal)
  }
  const share: Share = {
    isLast,
    drop,
    put: async assembly => {
      try {
        assembly.grow(octets, session.limits.messageOctets)
      } catch (error) {
        await drop()
        throw error
      }
      const elapsed = (performance.now() - assembly.begunAt) / 1000
      const inspector = inspectorOf(session, assembly)
      if (inspector && inspector.lastOctet !== assembly.lastOctet) inspector.passOver(assembly.lastOctet)
      await conversation.chunk(octets, session.limits.dataSeconds - elapsed, async piece => {
        inspector?.write(piece)
        if (inspector?.flaw) throw new Refusal(flawReply[inspector.flaw])
        await assembly.sink.write(piece)
        assembly.lastOctet = piece.at(-1) ?? assembly.lastOctet
      })
    },
    goOn: () => reply(250, '2.0.0', `${octets} octets received`),
  }
  return contribute(conversation, share)
}

/** Why no octets of a message can come now, or null. */
function refusalIn({ hello, transaction }: Session): Reply | null {
  if (hello === null) return replies.helloFirst
  if (!hello.extended) return extendedOnly
  if (transaction === null) return replies.mailFirst
  return transaction.recipients.length === 0 ? replies.noRecipients : null
}

const flawReply = {
  'bare-newline': replies.bareNewline,
  'line-too-long': replies.textLineTooLong,
  'stray-dot': replies.strayDot,
} as const satisfies Record<NonNullable<TextInspector['flaw']>, Reply>

/** A binary message is no text (RFC 3030 §3). */
function inspectorOf({ transaction, limits }: Session, assembly: Assembly): TextInspector | null {
  if (transaction?.parameters.binary === true) return null
  const inspector = inspectors.get(assembly) ?? new TextInspector(limits.textLineOctets)
  inspectors.set(assembly, inspector)
  return inspector
}
