// Command release checks the configuration of releases by goreleaser's own reader, which refuses keys that it does not know, and
// holds what it names against the repository: the commands to build, and the files of the archives. Run it in this folder: go run . ../..
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goreleaser/goreleaser/v2/pkg/config"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: release REPOSITORY")
		os.Exit(2)
	}
	project, err := check(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%s is right: %d build for %d platforms, %d archive, %d image\n", configFile, len(project.Builds),
		len(project.Builds[0].Goos)*len(project.Builds[0].Goarch), len(project.Archives), len(project.Kos))
}

const configFile = ".goreleaser.yaml"

// check reads the configuration of a repository and says all that is wrong with it.
func check(repository string) (config.Project, error) {
	file, err := os.Open(filepath.Join(repository, configFile))
	if err != nil {
		return config.Project{}, err
	}
	defer file.Close()
	project, err := config.LoadReader(file)
	if err != nil {
		return config.Project{}, fmt.Errorf("%s: %w", configFile, err)
	}
	var wrong []error
	exists := func(key, name string) {
		found, err := filepath.Glob(filepath.Join(repository, name))
		if err != nil || len(found) == 0 {
			wrong = append(wrong, fmt.Errorf("%s: %s: there is no %s in the repository", configFile, key, name))
		}
	}
	if len(project.Builds) == 0 {
		wrong = append(wrong, fmt.Errorf("%s: builds: nothing is built", configFile))
	}
	builds := make(map[string]bool)
	for i, b := range project.Builds {
		builds[b.ID] = true
		exists(fmt.Sprintf("builds[%d].main", i), b.Main)
	}
	for i, a := range project.Archives {
		for k, f := range a.Files {
			exists(fmt.Sprintf("archives[%d].files[%d]", i, k), f.Source)
		}
		for k, id := range a.IDs {
			if !builds[id] {
				wrong = append(wrong, fmt.Errorf("%s: archives[%d].ids[%d]: there is no build %q", configFile, i, k, id))
			}
		}
	}
	for i, k := range project.Kos {
		if !builds[k.Build] {
			wrong = append(wrong, fmt.Errorf("%s: kos[%d].build: there is no build %q", configFile, i, k.Build))
		}
	}
	return project, errors.Join(wrong...)
}
