package matrix

import (
	"bufio"
	"fmt"
	"io"
)

// The script's classes are numbered in hexadecimal, up to ffff; class 1 has what is not delayed. A queue of a million packets is
// never full before the sender's own limits: the kernel's default of 1,000 loses packets of a fast line over a long way.
const netemScript = `
set -eu
if [ $# != 2 ]; then echo "usage: sh $0 HOST DEVICE < addresses" >&2; exit 2; fi
self=$1 device=$2

tc qdisc del dev "$device" root 2> /dev/null || true
tc qdisc add dev "$device" root handle 1: htb default 1
tc class add dev "$device" parent 1: classid 1:1 htb rate 100gbit quantum 200000
n=1
while read -r host address; do
    case $host in "" | "#"* | "$self") continue ;; esac
    delay=$(one_way "$self" "$host")
    if [ -z "$delay" ]; then echo "$0: no delay from $self to $host" >&2; exit 1; fi
    n=$((n + 1)) minor=$(printf %x "$n")
    tc class add dev "$device" parent 1: classid "1:$minor" htb rate 100gbit quantum 200000
    tc qdisc add dev "$device" parent "1:$minor" handle "$(printf %x $((n + 16))):" netem delay "${delay}us" limit 1000000
    case $address in
        *:*) tc filter add dev "$device" parent 1: protocol ipv6 prio 2 u32 match ip6 dst "$address" flowid "1:$minor" ;;
        *) tc filter add dev "$device" parent 1: protocol ip prio 1 u32 match ip dst "$address" flowid "1:$minor" ;;
    esac
done
`

func writeNetem(w io.Writer, m *Matrix) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, "#!/bin/sh\n")
	comment(out, "# ", m.About)
	comment(out, "# ", `Delays what a host sends to the others by half of a round trip. Run it as root on every host, or in every network
namespace: sh THIS HOST DEVICE < addresses, where each line of addresses is a host of this file and its address.
tc qdisc del dev DEVICE root ends it. Needs the kernel's sch_htb, sch_netem and cls_u32.`)
	fmt.Fprint(out, "\n# one_way prints the delay between two hosts in microseconds.\none_way() {\n    case \"$1 $2\" in\n")
	m.pairs(func(i, j int) {
		a, b := m.Places[i].ID, m.Places[j].ID
		fmt.Fprintf(out, "        \"%s %s\" | \"%s %s\") echo %d ;;\n", a, b, b, a, m.oneWay(i, j).Microseconds())
	})
	fmt.Fprint(out, "    esac\n}\n", netemScript)
	return out.Flush()
}
