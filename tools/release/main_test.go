package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheConfigurationOfReleasesIsRight(t *testing.T) {
	project, err := check("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(project.Builds) != 1 || len(project.Kos) != 1 {
		t.Fatalf("%d builds and %d images, not one each", len(project.Builds), len(project.Kos))
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	good, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, says string }{
		{"  - id: edgewise\n", "  - id: edgewise\n    gooss: [linux]\n", "gooss"},
		{"main: ./cmd/edgewise", "main: ./cmd/edgewize", "builds[0].main: there is no ./cmd/edgewize"},
		{"licences.txt, README.md", "licenses.txt, README.md", "archives[0].files[2]: there is no licenses.txt"},
		{"build: edgewise\n", "build: other\n", `kos[0].build: there is no build "other"`},
	} {
		text := strings.Replace(string(good), c.from, c.to, 1)
		if text == string(good) {
			t.Fatalf("%q is not in the configuration", c.from)
		}
		dir := t.TempDir()
		for _, name := range []string{"cmd/edgewise", "docs"} {
			if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		for name, content := range map[string]string{configFile: text, "LICENSE": "", "NOTICE": "", "licences.txt": "", "README.md": "", "docs/scenario.schema.json": ""} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := check(dir); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, not %q", c.to, err, c.says)
		}
	}
}
