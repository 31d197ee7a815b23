import type { handleUnaryCall } from '@grpc/grpc-js';
import { PeerService } from '../../../generated/kv/peer/v1/peer.js';
import type {
  MetaRequest as MetaRequestMessage,
  MetaResponse as MetaResponseMessage,
  RepairRequest as RepairRequestMessage,
  RepairResponse as RepairResponseMessage,
} from '../../../generated/kv/peer/v1/peer.js';
import { BadFrame } from '../../../client/grpc/wire/bad-frame.js';
import { errorToMessage } from '../../../client/grpc/wire/error-message.js';
import { required } from '../../../client/grpc/wire/required.js';
import { KvError } from '../../core/errors.js';
import type { ControlReply, ControlRequest, DataReply, DataRequest } from '../../core/messages.js';
import { failure, toKvError } from './failure.js';
import { PeerServing } from './peer-serving.js';
import type { PeerNode, PeerProtocol } from './peer-serving.js';
import { rawMethod } from './raw-method.js';
import type { FrameServerCall, ServingEnv } from './serving-stream.js';
import { controlCodec } from './wire/control-codec.js';
import { dataCodec } from './wire/data-codec.js';
import { metaReplyBody, metaRequestOf } from './wire/meta-message.js';
import { repairQuestionOf, repairReplyBody } from './wire/repair-message.js';

/** Serves kv.peer.v1 on the listener. Before there is a node, and to whom it does not admit, every call is refused. */
export function addPeerService(env: ServingEnv, node: () => PeerNode | undefined): void {
  const stream =
    <Q, R>(protocol: (node: PeerNode) => PeerProtocol<Q, R>) =>
    (call: FrameServerCall): void => {
      const present = node();
      if (present === undefined) call.emit('error', failure(notReady()));
      else new PeerServing(present, protocol(present), { ...env, call }).start();
    };
  const unary =
    <Q, R>(answer: (request: Q, node: PeerNode) => Promise<R>): handleUnaryCall<Q, R> =>
    (call, callback) => {
      const present = node();
      const answered =
        present === undefined ? Promise.reject(notReady()) : answer(call.request, present);
      answered.then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          if (error instanceof BadFrame) env.listener.disconnect(call, error.message);
          callback(failure(toKvError(error)));
        },
      );
    };
  env.listener.server.addService(
    {
      ...PeerService,
      data: rawMethod(PeerService.data),
      control: rawMethod(PeerService.control),
    },
    {
      data: stream(dataProtocol),
      control: stream(controlProtocol),
      meta: unary(answerMeta),
      repair: unary(answerRepair),
    },
  );
}

function dataProtocol({ handler }: PeerNode): PeerProtocol<DataRequest, DataReply> {
  return {
    codec: dataCodec,
    serve: (from, call, done) => {
      handler.data(from, call, done);
    },
  };
}

function controlProtocol({
  handler,
}: PeerNode): PeerProtocol<ControlRequest, ControlReply | KvError> {
  return {
    codec: controlCodec,
    serve: (from, { request, remainingMs }, done) => {
      handler.control(from, request, remainingMs).then(done, (error: unknown) => {
        done(toKvError(error));
      });
    },
  };
}

async function answerMeta(
  { hello, remainingMs, body }: MetaRequestMessage,
  node: PeerNode,
): Promise<MetaResponseMessage> {
  const remote = required(hello);
  const refusal = node.handler.admit(remote);
  if (refusal !== undefined)
    return { hello: node.hello(), body: { $case: 'refused', value: errorToMessage(refusal) } };
  const reply = await node.handler.meta(remote, metaRequestOf(body), remainingMs);
  return { hello: node.hello(), body: metaReplyBody(reply) };
}

async function answerRepair(
  { hello, remainingMs, epoch, namespace, body }: RepairRequestMessage,
  node: PeerNode,
): Promise<RepairResponseMessage> {
  const remote = required(hello);
  const refusal = node.handler.admit(remote);
  if (refusal !== undefined)
    return { hello: node.hello(), body: { $case: 'refused', value: errorToMessage(refusal) } };
  const request = { epoch, namespace, question: repairQuestionOf(body) };
  const reply = await node.handler.repair(remote, request, remainingMs);
  return { hello: node.hello(), body: repairReplyBody(reply) };
}

function notReady(): KvError {
  return new KvError('KV_NOT_READY', 'the node is starting');
}
