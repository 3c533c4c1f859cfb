import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventStreamParser, type Message } from '../../../page/event-stream.js';

const stream =
  'retry: 3000\n\n:\n\nid: a.0\nevent: change\ndata: {"ip":"10.0.0.1"}\n\n' +
  'event:sweep\r\ndata:one\r\ndata: two\r\n\r\nid: a.2\ndata\n\nevent: cut off\ndata: never';

test('an event is what it is, wherever the stream was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const parser = eventStreamParser('');
      const messages: Message[] = [];
      places.forEach((from, at) => {
        messages.push(...parser.take(stream.slice(from, places[at + 1] ?? from)));
      });
      expect(messages).toEqual([
        { type: 'change', data: '{"ip":"10.0.0.1"}' },
        { type: 'sweep', data: 'one\ntwo' },
        { type: 'message', data: '' },
      ]);
      expect(parser.lastId).toBe('a.2');
    }),
  );
});
