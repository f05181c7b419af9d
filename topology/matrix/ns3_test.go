package matrix_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A packet of one byte over a link of 100 Gbit/s with ns-3's headers of 30 bytes takes 2.48 ns beyond the delay.
const ns3Program = `#include "delays.h"
#include "ns3/applications-module.h"
#include "ns3/internet-module.h"
#include <iostream>
using namespace ns3;

static void
Received(Ptr<const Packet>, const Address&)
{
    std::cout << Simulator::Now().GetNanoSeconds() << std::endl;
}

int
main()
{
    NodeContainer nodes;
    nodes.Create(edgewise::kPlaces);
    NetDeviceContainer devices = edgewise::Connect(nodes, DataRate("100Gbps"));
    InternetStackHelper().Install(nodes);
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    std::vector<Ipv4InterfaceContainer> pairs;
    for (uint32_t i = 0; i < devices.GetN(); i += 2)
    {
        pairs.push_back(addresses.Assign(NetDeviceContainer(devices.Get(i), devices.Get(i + 1))));
        addresses.NewNetwork();
    }
    int to = edgewise::Number("pop-a");
    PacketSinkHelper sink("ns3::UdpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 9));
    sink.Install(nodes.Get(to)).Get(0)->TraceConnectWithoutContext("Rx", MakeCallback(&Received));
    Ptr<Socket> socket = Socket::CreateSocket(nodes.Get(0), UdpSocketFactory::GetTypeId());
    socket->Connect(InetSocketAddress(pairs[1].GetAddress(1), 9));
    Simulator::Schedule(Seconds(0), [&] { socket->Send(Create<Packet>(1)); });
    Simulator::Stop(Seconds(1));
    Simulator::Run();
    Simulator::Destroy();
    std::cout << edgewise::Number("nowhere") << std::endl;
}
`

// The header is compiled with ns-3 and a packet takes half of a round trip. It needs g++ and Debian's libns3-dev, and
// EDGEWISE_TEST_NS3, because it takes some seconds.
func TestAPacketInNS3TakesHalfOfARoundTrip(t *testing.T) {
	if os.Getenv("EDGEWISE_TEST_NS3") == "" {
		t.Skip("EDGEWISE_TEST_NS3 is not set")
	}
	libraries, err := filepath.Glob("/usr/lib/*/libns3*.so")
	require.NoError(t, err)
	require.NotEmpty(t, libraries, "Debian's libns3-dev is not there")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "delays.h"), []byte(written(t, "ns3", world())), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.cc"), []byte(ns3Program), 0o644))
	args := []string{"-std=c++17", "-Wall", "-Wextra", "-Werror", "-O0", "-o", "main", "main.cc"}
	for _, part := range []string{"applications", "internet", "point-to-point", "network", "core"} {
		for _, l := range libraries {
			if strings.HasSuffix(l, "-"+part+".so") {
				args = append(args, l)
			}
		}
	}
	compile := exec.Command("g++", args...)
	compile.Dir = dir
	out, err := compile.CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = exec.Command(filepath.Join(dir, "main")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, "15500002\n-1\n", string(out), "31 ms both ways: 15,500,000 ns, and the time to send 31 bytes")
}
