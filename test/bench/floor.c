// The floor that the engine is held against: what a bare loop reaches on this machine. One thread sends ARP
// requests by sendmmsg (or two do, each half of them), another reads a TPACKET_V3 ring and notes the answers
// in a flat table; no pacing, no order, no passes, no filter but ARP, nothing kept but one byte an address.
// Usage: floor INTERFACE FIRST-ADDRESS COUNT SENDER-ADDRESS SENDING-THREADS; prints JSON: frames, answers,
// the seconds from the first request to the last, and addresses/s.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { kBatch = 64, kFrame = 42, kBlock = 1 << 18, kBlocks = 64, kMostSenders = 2 };

static uint32_t first, count, sender;
static struct sockaddr_ll address;
static uint8_t mac[ETH_ALEN];
static uint8_t* heard;
static atomic_uint answers;
static atomic_int done;
static int receive_fd;
static uint8_t* ring;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int check(int result, const char* what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
  return result;
}

static void* receive(void* unused) {
  (void)unused;
  unsigned block = 0;
  while (1) {
    struct tpacket_block_desc* desc = (struct tpacket_block_desc*)(ring + (size_t)block * kBlock);
    if (!(__atomic_load_n(&desc->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) {
      struct pollfd wait = {receive_fd, POLLIN, 0};
      if (poll(&wait, 1, 10) == 0 && done) return NULL;
      continue;
    }
    const uint8_t* at = (const uint8_t*)desc + desc->hdr.bh1.offset_to_first_pkt;
    for (unsigned i = 0; i < desc->hdr.bh1.num_pkts; ++i) {
      const struct tpacket3_hdr* header = (const struct tpacket3_hdr*)at;
      const uint8_t* frame = at + header->tp_mac;
      if (header->tp_snaplen >= kFrame && frame[21] == ARPOP_REPLY) {
        uint32_t ip;
        memcpy(&ip, frame + 28, 4);
        const uint32_t index = ntohl(ip) - first;
        if (index < count && !heard[index]) {
          heard[index] = 1;
          atomic_fetch_add_explicit(&answers, 1, memory_order_relaxed);
        }
      }
      at += header->tp_next_offset;
    }
    __atomic_store_n(&desc->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    block = (block + 1) % kBlocks;
  }
}

struct share {
  int fd;
  uint32_t from, to;
};

static void* transmit(void* argument) {
  const struct share* share = argument;
  uint8_t frames[kBatch][64];
  struct iovec vectors[kBatch];
  struct mmsghdr messages[kBatch];
  memset(messages, 0, sizeof(messages));
  for (int i = 0; i < kBatch; ++i) {
    uint8_t* f = frames[i];
    memset(f, 0, sizeof(frames[i]));
    memset(f, 0xff, ETH_ALEN);
    memcpy(f + 6, mac, ETH_ALEN);
    memcpy(f + 12, "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01", 10);
    memcpy(f + 22, mac, ETH_ALEN);
    memcpy(f + 28, &sender, 4);
    vectors[i] = (struct iovec){f, kFrame};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (uint32_t at = share->from; at < share->to;) {
    const unsigned n = share->to - at < kBatch ? share->to - at : kBatch;
    for (unsigned i = 0; i < n; ++i) {
      const uint32_t ip = htonl(first + at + i);
      memcpy(frames[i] + 38, &ip, 4);
    }
    const int accepted = sendmmsg(share->fd, messages, n, 0);
    if (accepted > 0) at += (uint32_t)accepted;
  }
  return NULL;
}

static int open_sender(void) {
  const int fd = check(socket(AF_PACKET, SOCK_RAW, 0), "socket");
  check(bind(fd, (struct sockaddr*)&address, sizeof(address)), "bind");
  return fd;
}

static void open_receiver(void) {
  receive_fd = check(socket(AF_PACKET, SOCK_RAW, 0), "socket");
  struct sock_filter only_arp[] = {
      {0x28, 0, 0, 12}, {0x15, 0, 1, ETH_P_ARP}, {0x06, 0, 0, 0xffff}, {0x06, 0, 0, 0}};
  struct sock_fprog program = {4, only_arp};
  check(setsockopt(receive_fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), "filter");
  int one = 1, version = TPACKET_V3;
  check(setsockopt(receive_fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)), "ignore outgoing");
  check(setsockopt(receive_fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)), "version");
  struct tpacket_req3 ring_request = {.tp_block_size = kBlock,
                                      .tp_block_nr = kBlocks,
                                      .tp_frame_size = 2048,
                                      .tp_frame_nr = kBlock / 2048 * kBlocks,
                                      .tp_retire_blk_tov = 4};
  check(setsockopt(receive_fd, SOL_PACKET, PACKET_RX_RING, &ring_request, sizeof(ring_request)), "ring");
  ring = mmap(NULL, (size_t)kBlock * kBlocks, PROT_READ | PROT_WRITE, MAP_SHARED, receive_fd, 0);
  if (ring == MAP_FAILED) check(-1, "mmap");
  address.sll_protocol = htons(ETH_P_ALL);
  check(bind(receive_fd, (struct sockaddr*)&address, sizeof(address)), "bind");
}

// The last answers are in the ring within its retirement time.
static void await_last_answers(void) {
  double last = now();
  for (unsigned before = 0; now() - last < 0.02;) {
    const unsigned so_far = atomic_load(&answers);
    if (so_far != before) {
      before = so_far;
      last = now();
    }
    usleep(1000);
  }
}

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  address = (struct sockaddr_ll){.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1])};
  first = ntohl(inet_addr(argv[2]));
  count = (uint32_t)strtoul(argv[3], NULL, 10);
  sender = inet_addr(argv[4]);
  const unsigned senders = argv[5][0] == '2' ? 2 : 1;
  heard = calloc(count, 1);

  struct share shares[kMostSenders];
  for (unsigned i = 0; i < senders; ++i) {
    shares[i] = (struct share){open_sender(), (uint32_t)((uint64_t)count * i / senders),
                               (uint32_t)((uint64_t)count * (i + 1) / senders)};
  }
  struct ifreq request = {0};
  strncpy(request.ifr_name, argv[1], IFNAMSIZ - 1);
  check(ioctl(shares[0].fd, SIOCGIFHWADDR, &request), "SIOCGIFHWADDR");
  memcpy(mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
  open_receiver();
  pthread_t receiver, helper;
  pthread_create(&receiver, NULL, receive, NULL);

  const double start = now();
  if (senders > 1) pthread_create(&helper, NULL, transmit, &shares[1]);
  transmit(&shares[0]);
  if (senders > 1) pthread_join(helper, NULL);
  const double sending = now() - start;

  await_last_answers();
  done = 1;
  pthread_join(receiver, NULL);
  printf("{\"sent\": %u, \"answers\": %u, \"seconds\": %.6f, \"rate\": %.0f}\n", count, answers, sending,
         count / sending);
  return 0;
}
