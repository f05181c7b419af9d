package scenario_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/workload"
)

// readSite returns the one workload of a scenario, which has these keys.
func readSite(t *testing.T, keys string) (workload.Workload, error) {
	t.Helper()
	s, err := scenario.Parse("site.yaml", []byte(`title: Site
network: {provider: aws, metros: {countries: [GB], top: 1}}
duration: 1m
placements: [{name: a, origin: eu-west-2}]
workloads:
  - name: site
    `+keys))
	if err != nil {
		return workload.Workload{}, err
	}
	return s.Workloads[0], nil
}

func TestCataloguesAreOfClassesOrOfOneLaw(t *testing.T) {
	w, err := readSite(t, `kind: static
    requests_per_second: 5
    judged: ttlb
    classes:
      - {requests: 3, objects: 10, zipf_exponent: 0.5, sizes: {median: 5MB}}
      - {requests: 1, objects: 20, sizes: {median: 1KB, ln_sd: 2, max: 1MB}}
    once: {requests: 0.25, sizes: {median: 10KB}}`)
	require.NoError(t, err)
	require.Equal(t, workload.LastByte, w.Judged)
	m := w.Demand.(workload.Mixture)
	require.Equal(t, 5.0, m.RequestsPerSecond)
	require.Equal(t, 0.25, m.Once.Requests)
	require.Equal(t, []int{10, 20}, []int{m.Classes[0].Objects, m.Classes[1].Objects})
	sizes := w.SizesOf(1, 0)
	require.Equal(t, int64(5_000_000), sizes.SizeBytes(9))
	require.Equal(t, int64(10_000), sizes.SizeBytes(30))

	preset := workload.WebStatic().Demand.(workload.Mixture)
	w, err = readSite(t, "preset: web-static\n    objects: 700\n    once: {requests: 0.5}")
	require.NoError(t, err)
	m = w.Demand.(workload.Mixture)
	require.Equal(t, 700, m.Regular())
	require.Equal(t, preset.Once.Sizes, m.Once.Sizes, "what the file does not set is the preset's")
	require.Equal(t, 0.5, m.AskedOnce())

	w, err = readSite(t, "preset: web-static\n    sizes: {median: 5KB}")
	require.NoError(t, err)
	sizes = w.SizesOf(1, 0)
	require.Equal(t, []int64{5000, 5000, 5000}, []int64{sizes.SizeBytes(0), sizes.SizeBytes(69_999), sizes.SizeBytes(70_000)})

	w, err = readSite(t, "preset: web-static\n    zipf_exponent: 0.9\n    sizes: {median: 5KB}")
	require.NoError(t, err)
	require.Equal(t, workload.Poisson{RequestsPerSecond: 1000, Objects: preset.Regular(), ZipfExponent: 0.9}, w.Demand)
}

func TestACatalogueMayChurn(t *testing.T) {
	w, err := readSite(t, "kind: static\n    requests_per_second: 10\n    objects: 500\n    zipf_exponent: 0.9\n    sizes: {median: 5KB}\n    churn: 0.25")
	require.NoError(t, err)
	m := w.Demand.(workload.Mixture)
	require.Equal(t, 0.25, m.Churn)
	require.Equal(t, 500, m.Regular())
	require.Equal(t, 0.9, m.Classes[0].ZipfExponent)
	require.Equal(t, int64(5000), int64(math.Round(math.Exp(m.Classes[0].Sizes.LnMean))))
	w, err = readSite(t, "preset: images\n    churn: 2")
	require.NoError(t, err)
	require.Equal(t, 2.0, w.Demand.(workload.Mixture).Churn)
	for keys, want := range map[string]string{
		"preset: images\n    churn: -1": `site.yaml:8: workloads[0].churn: is -1; want 0 to 10000`,
		"kind: static\n    requests_per_second: 10\n    objects: 500\n    sizes: {median: 5KB}\n    churn: -1":                          `workloads[0].churn: is -1; want 0 to 10000`,
		"kind: static\n    requests_per_second: 10\n    objects: 100000000\n    sizes: {median: 5KB}\n    churn: 1":                     `33554432 at most beside`,
		"kind: static\n    requests_per_second: 10\n    objects: 500\n    sizes: {median: 5KB}\n    churn: 1\n    variants: [0.5, 0.5]": `site.yaml:12: workloads[0].variants: is [0.5, 0.5]; want none: new objects take the place of others (churn), of which no variants are kept apart`,
	} {
		_, err := readSite(t, keys)
		require.ErrorContains(t, err, want, keys)
	}
}

// Presets ask for objects just once, too: each of them in one variant.
func TestPresetsMayHaveVariants(t *testing.T) {
	for _, preset := range []string{"web-static", "images", "downloads"} {
		w, err := readSite(t, "preset: "+preset+"\n    variants: 2")
		require.NoError(t, err, preset)
		require.Equal(t, []float64{.5, .5}, w.Service.(workload.Cacheable).VariantShares)
	}
}

func TestWhatTheFileSetsIsNotAssumedOfACatalogue(t *testing.T) {
	assumed := func(keys string) bool {
		w, err := readSite(t, keys)
		require.NoError(t, err)
		return slices.ContainsFunc(w.Assumed, func(a workload.Assumption) bool { return a.Field == "Demand.Classes" })
	}
	require.True(t, assumed("preset: images"))
	require.False(t, assumed("preset: images\n    objects: 700"))
	require.False(t, assumed("preset: images\n    objects: 700\n    zipf_exponent: 1\n    sizes: {median: 1KB}"))
	require.False(t, assumed("preset: images\n    classes: [{requests: 1, objects: 10, sizes: {median: 5MB}}]"))
}

func TestKeysOfACatalogueThatContradictEachOtherAreRefused(t *testing.T) {
	const class = "classes: [{requests: 1, objects: 10, sizes: {median: 5MB}}]"
	for keys, want := range map[string]string{
		"kind: static\n    " + class + "\n    objects: 5":             `site.yaml:9: workloads[0].objects: stands beside "classes"`,
		"preset: images\n    " + class + "\n    sizes: {median: 1KB}": `site.yaml:9: workloads[0].sizes: stands beside "classes"`,
		"preset: images\n    zipf_exponent: 1":                        `the key "sizes" is missing`,
		"preset: images\n    sizes: {ln_sd: 1}":                       `workloads[0].sizes: the key "median" is missing`,
		"preset: images\n    objects: 0":                              `site.yaml:8: workloads[0].objects: is 0; want 1 or more`,
		"preset: images\n    once: {requests: 1}":                     `site.yaml:8: workloads[0].once.requests: is 1; want 0 or more, less than 1`,
		"kind: static\n    requests_per_second: 1\n    objects: 5\n    sizes: {median: 1KB}\n    once: {requests: 0.1, sizes: {median: 1KB}}": `site.yaml:11: workloads[0].once: stands without "classes"`,
		"kind: static\n    requests_per_second: 1\n    classes: [{requests: 1, objects: 10}]":                                                 `workloads[0].classes[0]: the key "sizes" is missing`,
		"kind: static\n    requests_per_second: 1\n    classes: []":                                                                           `want 1 to 64`,
		"kind: static\n    requests_per_second: 1\n    classes: [{requests: 0, objects: 10, sizes: {median: 5MB}}]":                           `site.yaml:9: workloads[0].classes[0].requests: is 0; want more than 0`,
		"preset: images\n    judged: rtt":           `site.yaml:8: workloads[0].judged: is "rtt"; want one of ["ttfb" "ttlb"]`,
		"preset: competitive-fps\n    judged: ttlb": `judged`,
	} {
		_, err := readSite(t, keys)
		require.ErrorContains(t, err, want, keys)
	}
}
