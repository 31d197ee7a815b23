import type { ChannelOptions } from '@grpc/grpc-js';
import { LIMITS } from '../../node/core/limits.js';

/** How much of one stream may be under way unread: enough for a few frames, so that no turn waits for an update of the window. */
const WINDOW_BYTES = 2 * 1024 * 1024;

/** What client and server channels share. A vanished host is noticed within 15 s; a process that stops for less is not cut off. */
export const COMMON_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': LIMITS.grpcReceiveBytes,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.enable_channelz': 0,
  'grpc-node.flow_control_window': WINDOW_BYTES,
};

/** A client channel of its own connection, that goes where it is told and leaves retries to its owner. */
export const CHANNEL_OPTIONS: ChannelOptions = {
  ...COMMON_OPTIONS,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
};
