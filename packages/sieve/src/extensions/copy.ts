/** :copy on fileinto and redirect (RFC 3894): they leave the implicit keep alone. */
import { extension } from '../extension.ts'

export const copy = extension({
  capabilities: ['copy'],
  rfc: 3894,
  tags: [{ tag: 'copy', on: ['fileinto', 'redirect'] }],
  act: (act, given) =>
    (act.do === 'fileinto' || act.do === 'redirect') && given.has('copy') ? { ...act, copy: true } : act,
})
