"""Runs the tasks of the first line of input each time a line follows, and prints
how many seconds of the processor that took."""
import gc
import json
import sys
import time

import textfsm

tasks = []
templates = {}
for task in json.loads(sys.stdin.readline()):
    name = task["template"]
    if name not in templates:
        with open(name, encoding="utf-8") as f:
            templates[name] = textfsm.TextFSM(f)
    with open(task["raw"], encoding="utf-8", newline="") as f:
        tasks.append((templates[name], f.read()))
for line in sys.stdin:
    gc.collect()
    begin = time.process_time()
    for fsm, text in tasks:
        fsm.Reset()
        fsm.ParseText(text)
    print(time.process_time() - begin, flush=True)
