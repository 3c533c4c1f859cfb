// A switch with VLANs for kernels whose bridges have none. `tagging_switch RULE...`, each of four words: ACCESS TRUNK OUT
// IN. What comes in by the device TRUNK with the tags OUT goes out of ACCESS without them, and what comes in there leaves
// by TRUNK with the tags IN. Tags are in hexadecimal, TPID and TCI of each; priorities do not count. Prints a line once it
// switches, and ends when nobody reads its output any more.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 16
#define ADDRESSES (2 * ETH_ALEN)

struct tags {
  uint8_t bytes[8];
  size_t length;
};
struct rule {
  int access, trunk;  // sockets
  struct tags out, in;
};

static char *names[MOST];
static struct pollfd sockets[MOST + 1];
static int devices = 0;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_device(char *name) {
  for (int i = 0; i < devices; i++)
    if (strcmp(names[i], name) == 0) return sockets[i].fd;
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
  struct packet_mreq promiscuous = {.mr_type = PACKET_MR_PROMISC};
  const int one = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
  address.sll_ifindex = promiscuous.mr_ifindex = (int)if_nametoindex(name);
  if (fd < 0 || devices == MOST || setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous)) != 0 ||
      bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
    fail(name);
  names[devices] = name;
  sockets[devices++] = (struct pollfd){.fd = fd, .events = POLLIN};
  return fd;
}

static struct tags read_tags(const char *hex) {
  struct tags tags = {.length = 0};
  for (unsigned byte; sscanf(hex, "%2x", &byte) == 1 && tags.length < sizeof(tags.bytes); hex += 2)
    tags.bytes[tags.length++] = (uint8_t)byte;
  return tags;
}

// The frame with the tag that the kernel took out back in its place. Returns its length, 0 for none.
static size_t receive(int fd, uint8_t *frame, size_t room) {
  uint8_t control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
  struct iovec vector = {frame, room - 4};
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
  const ssize_t length = recvmsg(fd, &message, 0);
  if (length < ETH_HLEN) return 0;
  const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  struct tpacket_auxdata data;
  if (header == NULL) return (size_t)length;
  memcpy(&data, CMSG_DATA(header), sizeof(data));
  if ((data.tp_status & TP_STATUS_VLAN_VALID) == 0) return (size_t)length;
  const uint16_t tag[] = {htons(data.tp_vlan_tpid), htons(data.tp_vlan_tci)};
  memmove(frame + ADDRESSES + 4, frame + ADDRESSES, (size_t)length - ADDRESSES);
  memcpy(frame + ADDRESSES, tag, sizeof(tag));
  return (size_t)length + 4;
}

static struct tags tags_of(const uint8_t *frame, size_t length) {
  struct tags tags = {.length = 0};
  const uint8_t *at = frame + ADDRESSES;
  for (; at + 4 <= frame + length && tags.length < sizeof(tags.bytes); at += 4) {
    const int type = at[0] << 8 | at[1];
    if (type != ETH_P_8021Q && type != ETH_P_8021AD) break;
    const uint8_t tag[] = {at[0], at[1], at[2] & 0x0f, at[3]};
    memcpy(tags.bytes + tags.length, tag, sizeof(tag));
    tags.length += sizeof(tag);
  }
  return tags;
}

// With so many bytes behind the addresses replaced by these tags.
static void forward(int fd, const uint8_t *frame, size_t length, size_t without, const struct tags *with) {
  uint8_t copy[2048];
  memcpy(copy, frame, ADDRESSES);
  memcpy(copy + ADDRESSES, with->bytes, with->length);
  memcpy(copy + ADDRESSES + with->length, frame + ADDRESSES + without, length - ADDRESSES - without);
  if (send(fd, copy, length - without + with->length, 0) < 0) perror("send");
}

int main(int count, char **words) {
  struct rule rules[MOST];
  int rule_count = 0;
  for (int i = 1; i + 3 < count && rule_count < MOST; i += 4)
    rules[rule_count++] = (struct rule){open_device(words[i]), open_device(words[i + 1]),
                                        read_tags(words[i + 2]), read_tags(words[i + 3])};
  sockets[devices] = (struct pollfd){.fd = STDOUT_FILENO};
  puts("switching");
  fflush(stdout);
  const struct tags none = {.length = 0};
  while (poll(sockets, (nfds_t)devices + 1, -1) >= 0 && sockets[devices].revents == 0) {
    for (int i = 0; i < devices; i++) {
      uint8_t frame[1600];
      for (size_t length; (length = receive(sockets[i].fd, frame, sizeof(frame))) > 0;) {
        const struct tags tags = tags_of(frame, length);
        for (struct rule *rule = rules; rule < rules + rule_count; rule++) {
          if (sockets[i].fd == rule->access) forward(rule->trunk, frame, length, 0, &rule->in);
          if (sockets[i].fd == rule->trunk && tags.length == rule->out.length &&
              memcmp(tags.bytes, rule->out.bytes, tags.length) == 0)
            forward(rule->access, frame, length, tags.length, &none);
        }
      }
    }
  }
  return 0;
}
