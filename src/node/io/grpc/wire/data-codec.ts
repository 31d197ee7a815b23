import type { DataReply, DataRequest } from '../../../core/messages.js';
import { dataRequestBytes, readDataRequest, writeDataRequest } from './data-request.js';
import { dataReplyBytes, readDataReply, writeDataReply } from './data-reply.js';
import type { PeerCodec } from './peer-frame.js';

/** The frames of the data stream, by hand: they are most of what a cluster says. */
export const dataCodec: PeerCodec<DataRequest, DataReply> = {
  requestBytes: dataRequestBytes,
  writeRequest: writeDataRequest,
  replyBytes: dataReplyBytes,
  writeReply: writeDataReply,
  readRequest: readDataRequest,
  readReply: readDataReply,
};
