// Reads packed charms as Juju does, with its own parser, and prints what it found as JSON, one line for each charm. A charm that Juju
// would refuse ends it with Juju's own sentence. For tests; `go run . mongodb.charm mongos.charm`.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/juju/charm/v12"
)

type endpoint struct {
	Role      string `json:"role"`
	Interface string `json:"interface"`
	Scope     string `json:"scope"`
	Limit     int    `json:"limit"`
}

type found struct {
	Name        string              `json:"name"`
	Summary     string              `json:"summary"`
	Subordinate bool                `json:"subordinate"`
	Version     string              `json:"version"`
	Format      int                 `json:"format"`
	Assumes     bool                `json:"assumes"`
	Bases       []string            `json:"bases"`
	Endpoints   map[string]endpoint `json:"endpoints"`
	Storage     map[string]string   `json:"storage"`
	Options     map[string]string   `json:"options"`
	Actions     []string            `json:"actions"`
}

func read(path string) (*found, error) {
	archive, err := charm.ReadCharmArchive(path)
	if err != nil {
		return nil, err
	}
	meta := archive.Meta()
	format := charm.MetaFormat(archive)
	if err := meta.Check(format, charm.SelectionManifest, charm.SelectionBases); err != nil {
		return nil, err
	}
	result := &found{
		Name: meta.Name, Summary: meta.Summary, Subordinate: meta.Subordinate, Version: archive.Version(), Format: int(format),
		Assumes: meta.Assumes != nil, Endpoints: map[string]endpoint{}, Storage: map[string]string{}, Options: map[string]string{},
	}
	for name, one := range meta.CombinedRelations() {
		result.Endpoints[name] = endpoint{string(one.Role), one.Interface, string(one.Scope), one.Limit}
	}
	for name, one := range meta.Storage {
		result.Storage[name] = string(one.Type)
	}
	for name, one := range archive.Config().Options {
		result.Options[name] = one.Type
	}
	for name := range archive.Actions().ActionSpecs {
		result.Actions = append(result.Actions, name)
	}
	for _, base := range archive.Manifest().Bases {
		result.Bases = append(result.Bases, base.String())
	}
	return result, nil
}

func main() {
	for _, path := range os.Args[1:] {
		result, err := read(path)
		if err != nil {
			fmt.Fprintf(os.Stderr, "Juju refuses %s: %v\n", path, err)
			os.Exit(1)
		}
		line, err := json.Marshal(result)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(line))
	}
}
