// Replays history files with Go's replayer, beside ours: for each file one line with the number of events, the seconds
// of CPU time to load its JSON, and those to replay it once loaded (medians of several runs).
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sort"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

func Act(_ context.Context, i int) (int, error) { return i, nil }

func TimerLoop(ctx workflow.Context, n int) (int, error) {
	for i := 0; i < n; i++ {
		if err := workflow.Sleep(ctx, time.Second); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func ActivityLoop(ctx workflow.Context, n int) (int, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	for i := 1; i <= n; i++ {
		var result int
		if err := workflow.ExecuteActivity(ctx, Act, i).Get(ctx, &result); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func SignalLoop(ctx workflow.Context, n int) (int, error) {
	channel := workflow.GetSignalChannel(ctx, "tick")
	for i := 0; i < n; i++ {
		var tick int
		channel.Receive(ctx, &tick)
	}
	return n, nil
}

// Of all threads: the garbage collector's work is part of the price.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func median(samples []float64) float64 {
	sort.Float64s(samples)
	return samples[len(samples)/2]
}

func measure(path string, runs int) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	replayer := worker.NewWorkflowReplayer()
	replayer.RegisterWorkflow(TimerLoop)
	replayer.RegisterWorkflow(ActivityLoop)
	replayer.RegisterWorkflow(SignalLoop)
	quiet := log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
	var loads, replays []float64
	events := 0
	for i := 0; i < runs; i++ {
		start := cpuSeconds()
		history, err := client.HistoryFromJSON(bytes.NewReader(text), client.HistoryJSONOptions{})
		if err != nil {
			return err
		}
		loads = append(loads, cpuSeconds()-start)
		events = len(history.Events)
		start = cpuSeconds()
		if err := replayer.ReplayWorkflowHistory(quiet, history); err != nil {
			return err
		}
		replays = append(replays, cpuSeconds()-start)
	}
	fmt.Printf("%s %d %.6f %.6f\n", path, events, median(loads), median(replays))
	return nil
}

func main() {
	runs := 3
	for _, path := range os.Args[1:] {
		if err := measure(path, runs); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			os.Exit(1)
		}
	}
}
