package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// trainingTables writes tables of a world in which every round trip takes 5 ms and 0.02 ms a kilometre.
func trainingTables(t *testing.T) string {
	t.Helper()
	regions := catalog.Regions(catalog.ProviderAWS)[:12]
	cities, pairs, between := "city_id,iso2,lat,lon\n", "a,b,rtt_avg_ms\n", "a,b,p50_ms\n"
	for i, r := range regions {
		cities += fmt.Sprintf("%s,%s,%v,%v\n", r.ID, r.Country, r.LatDeg, r.LonDeg)
		for _, o := range regions[:i] {
			ms := 5 + 0.02*topology.DistanceKm(r.Place(), o.Place())
			pairs += fmt.Sprintf("%s,%s,%v\n", r.ID, o.ID, ms)
			between += fmt.Sprintf("%s,%s,%v\n", r.ID, o.ID, 0.8*ms)
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		calibrate.CitiesFile: cities, calibrate.CityRTTFile: pairs, calibrate.RegionRTTFile: between,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

func TestCalibrateFitsPrintsAndWritesThePage(t *testing.T) {
	tables, out := trainingTables(t), t.TempDir()
	model, page := filepath.Join(out, "model.json"), filepath.Join(out, "page.md")
	code, printed, errs := run(t, context.Background(), "calibrate", tables, "-o", model, "--page", page, "--repeats", "1")
	require.Zero(t, code, errs)
	require.Empty(t, errs)
	require.Contains(t, printed, "5 folds, 1 times, seed 1")
	require.Contains(t, printed, "server cities, one unseen")

	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(text), "| World |")
	require.NotContains(t, string(text), tables)
	require.Equal(t, 3, strings.Count(string(text), "!["), "no users, no picture of them")
	for _, picture := range []string{"delay-scatter.png", "delay-cdf.png", "delay-error.png"} {
		require.Contains(t, string(text), "("+picture+")")
		require.FileExists(t, filepath.Join(out, picture))
	}

	// The fitted model is what rtt can use, and says what the tables say.
	written, err := os.ReadFile(model)
	require.NoError(t, err)
	m, err := calibrate.ReadModel(bytes.NewReader(written))
	require.NoError(t, err)
	require.InEpsilon(t, 0.02, m.LineMsPerKm, 0.05)
	code, own, errs := runWith(t, twoPairs, "rtt", "--model", model)
	require.Zero(t, code, errs)
	_, usual, _ := runWith(t, twoPairs, "rtt")
	require.NotEqual(t, usual, own)
}

func TestCalibrateOnlyFits(t *testing.T) {
	tables, out := trainingTables(t), t.TempDir()
	whole, fit := filepath.Join(out, "whole.json"), filepath.Join(out, "fit.json")
	code, _, errs := run(t, context.Background(), "calibrate", tables, "-o", whole, "--repeats", "1")
	require.Zero(t, code, errs)
	code, printed, errs := run(t, context.Background(), "calibrate", tables, "-o", fit, "--fit-only")
	require.Zero(t, code, errs)
	require.Contains(t, printed, "has no intervals")
	require.NotContains(t, printed, "folds")

	// It is the same model but for the intervals.
	read := func(file string) *calibrate.Model {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		m, err := calibrate.ReadModel(bytes.NewReader(text))
		require.NoError(t, err)
		return m
	}
	validated, fitted := read(whole), read(fit)
	require.NotEmpty(t, validated.Spans)
	require.Empty(t, fitted.Spans)
	validated.Spans = calibrate.Spans{}
	require.Equal(t, validated, fitted)
	code, _, errs = runWith(t, twoPairs, "rtt", "--model", fit)
	require.Zero(t, code, errs)

	code, printed, errs = run(t, context.Background(), "calibrate", tables, "-o", fit, "--fit-only", "--format", "json")
	require.Zero(t, code, errs)
	require.JSONEq(t, fmt.Sprintf(`{"cross_validation": null, "model": %q}`, fit), printed)
	for _, args := range [][]string{{}, {"-o", fit, "--regret"}, {"-o", fit, "--page", filepath.Join(out, "page.md")}} {
		code, _, errs = run(t, context.Background(), append([]string{"calibrate", tables, "--fit-only"}, args...)...)
		require.Equal(t, exitUsage, code)
		require.Contains(t, errs, "--fit-only leaves out the errors")
	}
}

func TestCalibrateSaysWhatChoicesLose(t *testing.T) {
	tables := trainingTables(t)
	code, _, errs := run(t, context.Background(), "calibrate", tables, "--regret", "--repeats", "1")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--regret", "there is no table of users")

	// Players for whom the better site takes longer the nearer it is.
	players := "metro_id,country,site,site_lat,site_lon,mean_rtt_ms\n"
	for _, m := range catalog.Metros()[:12] {
		for _, site := range catalog.Regions(catalog.ProviderAWS)[:3] {
			km := topology.DistanceKm(site.Place(), topology.Place{LatDeg: m.LatDeg, LonDeg: m.LonDeg})
			players += fmt.Sprintf("%s,%s,%s,%v,%v,%v\n", m.ID, m.Country, site.ID, site.LatDeg, site.LonDeg, 500-0.02*km)
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(tables, calibrate.PlayersFile), []byte(players), 0o644))
	code, printed, errs := run(t, context.Background(), "calibrate", tables, "--regret", "--repeats", "1")
	require.Zero(t, code, errs)
	require.Contains(t, printed, "\nChoices for players, World (12 metros), of 3 sites\n┌")
	require.Contains(t, printed, "\nCountries of players\n┌")
	code, printed, errs = run(t, context.Background(), "calibrate", tables, "--regret", "--repeats", "1", "--format", "json")
	require.Zero(t, code, errs)
	var found delayErrors
	require.NoError(t, json.Unmarshal([]byte(printed), &found))
	require.Equal(t, 1, found.Regrets[0].Sites)
	require.Greater(t, found.Regrets[0].LostMs, 10.0)
	require.Less(t, *found.Regrets[0].Rank, 0.0)
	require.Zero(t, found.Regrets[2].LostMs)
	require.Nil(t, found.Regrets[2].Rank)
	require.Equal(t, "players", found.Countries[0].Who)
	require.Equal(t, 2, *found.Countries[0].Sites)
	require.Greater(t, found.Countries[0].LostMs, 10.0, "the nearest is the worst")
	require.Nil(t, found.Countries[len(found.Countries)-1].Sites)
}

func TestCalibrateWritesNothingForAMistake(t *testing.T) {
	out := t.TempDir()
	model := filepath.Join(out, "model.json")
	bad := trainingTables(t)
	require.NoError(t, os.WriteFile(filepath.Join(bad, calibrate.CityRTTFile), []byte("a,b,rtt_avg_ms\nus-west-2,eu-west-9,5\n"), 0o644))
	for _, c := range []struct {
		want string
		args []string
	}{
		{"city_rtt_train.csv:2", []string{bad}},
		{"cities_train.csv", []string{t.TempDir()}},
		{"--folds is 1", []string{bad, "--folds", "1"}},
		{"none", []string{filepath.Join(out, "none")}},
	} {
		code, printed, errs := run(t, context.Background(), append([]string{"calibrate", "-o", model}, c.args...)...)
		require.Equal(t, exitUsage, code, c.want)
		require.Contains(t, errs, c.want)
		require.Empty(t, printed)
	}
	transit := filepath.Join(out, "transit.csv")
	require.NoError(t, os.WriteFile(transit, []byte("country,hub,weight\nUS,XYZ,1\n"), 0o644))
	code, _, errs := run(t, context.Background(), "calibrate", trainingTables(t), "--transit", transit, "-o", model)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "Transit[US][0].Hub is XYZ")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	code, _, errs = run(t, ctx, "calibrate", trainingTables(t), "-o", model)
	require.Equal(t, exitInterrupted, code)
	require.Contains(t, errs, "stopped")
	require.NoFileExists(t, model)
}
