/** Methods of enotify beside mailto: a host takes those in that it honours. */
import { extension } from '../extension.ts'
import { http } from '../notify-methods/http.ts'
import { tel } from '../notify-methods/tel.ts'
import { webPush } from '../notify-methods/web-push.ts'
import { xmpp } from '../notify-methods/xmpp.ts'

/** RFC 5437. */
export const notifyByXmpp = extension({ capabilities: [], rfc: 5437, notifyMethods: { xmpp } })

export const notifyByHttp = extension({ capabilities: [], notifyMethods: { http, https: http } })

export const notifyByTel = extension({ capabilities: [], notifyMethods: { tel } })

export const notifyByWebPush = extension({ capabilities: [], notifyMethods: { webpush: webPush } })
