package main

import (
	"slices"

	"github.com/vtynet/vty/bench/work"
)

// outcome is what a program made of a row.
type outcome struct {
	program string
	n       int
	runs    []work.Report // the right ones
	server  []float64     // the router's processor time in each
	failed  []error
}

// each gives the values of one figure, one for each run.
func (o *outcome) each(figure func(work.Report) float64) []float64 {
	var all []float64
	for _, r := range o.runs {
		all = append(all, figure(r))
	}
	return all
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// spread is the distance of the extremes in parts of the median.
func spread(all []float64) float64 {
	m := median(all)
	if m == 0 {
		return 0
	}
	return (slices.Max(all) - slices.Min(all)) / m
}

// Figures for one item of the work.
func wall(r work.Report) float64    { return r.Wall / float64(r.Items) }
func cpu(r work.Report) float64     { return r.CPU / float64(r.Items) }
func mallocs(r work.Report) float64 { return float64(r.Mallocs) / float64(r.Items) }
func peak(r work.Report) float64    { return float64(r.Peak) / float64(r.Items) }
func live(r work.Report) float64    { return float64(r.Live) / float64(r.Items) }
func rss(r work.Report) float64     { return float64(r.RSS) / float64(r.Items) }

// phases are the parts of the wall time of "open".
var phases = []func(work.Report) float64{
	func(r work.Report) float64 { return r.Open / float64(r.Items) },
	func(r work.Report) float64 { return r.Run / float64(r.Items) },
	func(r work.Report) float64 { return r.Close / float64(r.Items) },
}
