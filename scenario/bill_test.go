package scenario_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
)

const billed = `title: A site
duration: 10s
replications: 2
check_warm_up: false
network:
  provider: aws
  metros: {names: [new-york-us, london-gb]}
workloads:
  - name: site
    kind: static
    requests_per_second: 50
    objects: 1000
    zipf_exponent: 0.9
    sizes: {median: 16KB, ln_sd: 1.8, max: 100MB}
placements:
  - name: region only
    origin: us-east-1
  - name: PoPs
    origin: us-east-1
    edge_caches: {sites: [pop-jfk, pop-lhr], size: 1GB}
`

func TestABillIsReadWithItsPrices(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "own.csv"), []byte("kind,provider,item,place,unit,price,date,source\nprice,aws,egress,us-east-1,GB,0.05,2026-11,own contract\n"), 0o600))
	file := filepath.Join(dir, "scenario.yaml")
	require.NoError(t, os.WriteFile(file, []byte(billed+`prices: [default, own.csv]
bill:
  served: 0.99
  instance: c7i.large
  plan: pay as you go
  invalidations: 5000
  workloads: {site: {instance: t3.medium, servers_per_instance: 2}}
`), 0o600))
	s, err := scenario.Load(file)
	require.NoError(t, err)
	require.Equal(t, []string{"default", "own.csv"}, s.Billing.Book.Names)
	require.Equal(t, "c7i.large", s.Billing.Instance)
	require.Equal(t, "t3.medium", s.Billing.Instances["site"])
	require.Equal(t, 0.99, s.Billing.Served)
	require.Equal(t, 5000.0, s.Billing.Invalidations)
}

func TestWhatIsWrongWithABillIsNamedByLine(t *testing.T) {
	line := strings.Count(billed, "\n") + 1
	for text, want := range map[string]string{
		"bill: {served: 1}":  `bill.served: is 1; want more than 0 and less than 1, for example 0.999`,
		"bill: {plan: Gold}": `bill.plan: is "Gold"; want one of cheapest, pay as you go, CloudFront Business, CloudFront Free, CloudFront Premium, CloudFront Premium 125 TB`,
		"bill: {workloads: {game: {snapshot_size: 300B}}}": `bill.workloads.game: is of the workload "game"; want one of site`,
		"bill: {invalidations: -1}":                        `bill.invalidations: is -1; want 0 or more paths a month`,
		"prices: nowhere.csv":                              `prices: `,
		"bill: {premium: 1.2}":                             `bill.premium: `,
		"bill: {term: 9y}":                                 `bill.term: is "9y"; want one of `,
	} {
		_, err := scenario.Parse("s.yaml", []byte(billed+text))
		require.ErrorContains(t, err, want, text)
		require.ErrorContains(t, err, "s.yaml:"+strconv.Itoa(line), text)
	}
}
