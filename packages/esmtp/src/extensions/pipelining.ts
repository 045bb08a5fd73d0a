import { extension } from '../extension.ts'

/** PIPELINING: commands are taken one by one from whatever came, and each is answered before the next. */
export const pipelining = extension({ rfc: 2920, advertise: () => 'PIPELINING' })
