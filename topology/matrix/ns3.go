package matrix

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

const ns3Functions = `
// Number returns the number of a place, -1 if there is none of the id.
inline int
Number(const std::string& id)
{
    for (int i = 0; i < kPlaces; i++)
    {
        if (id == kIds[i])
        {
            return i;
        }
    }
    return -1;
}

// Connect joins every two of the nodes, one a place in their order, by a channel of its own with the delay between them, and
// returns its devices: two for each pair, in the order 0-1, 0-2, ... 1-2, ...
inline ns3::NetDeviceContainer
Connect(const ns3::NodeContainer& nodes, const ns3::DataRate& rate)
{
    NS_ABORT_MSG_IF(nodes.GetN() != kPlaces, "want a node for each of the " << kPlaces << " places");
    ns3::NetDeviceContainer devices;
    ns3::PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", ns3::DataRateValue(rate));
    for (int i = 0; i < kPlaces; i++)
    {
        for (int j = i + 1; j < kPlaces; j++)
        {
            link.SetChannelAttribute("Delay", ns3::TimeValue(ns3::NanoSeconds(kOneWayNs[i][j])));
            devices.Add(link.Install(nodes.Get(i), nodes.Get(j)));
        }
    }
    return devices;
}

} // namespace edgewise

#endif
`

func writeNS3(w io.Writer, m *Matrix) error {
	out := bufio.NewWriter(w)
	comment(out, "// ", m.About)
	comment(out, "// ", "For ns-3 (tried with 3.37) and C++17.")
	fmt.Fprint(out, `#ifndef EDGEWISE_DELAYS_H
#define EDGEWISE_DELAYS_H

#include "ns3/core-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <cstdint>
#include <string>

namespace edgewise
{

`)
	n := len(m.Places)
	fmt.Fprintf(out, "constexpr int kPlaces = %d;\n\nconstexpr const char* kIds[kPlaces] = {\n", n)
	for _, p := range m.Places {
		fmt.Fprintf(out, "    \"%s\",\n", p.ID)
	}
	fmt.Fprint(out, "};\n\n// kOneWayNs is the delay from one place to another in ns.\nconstexpr int64_t kOneWayNs[kPlaces][kPlaces] = {\n")
	row := make([]string, n)
	for i := range m.Places {
		for j := range m.Places {
			row[j] = fmt.Sprint(int64(m.oneWay(i, j)))
		}
		fmt.Fprintf(out, "    {%s},\n", strings.Join(row, ", "))
	}
	fmt.Fprint(out, "};\n", ns3Functions)
	return out.Flush()
}
