#!/usr/bin/env python3
"""The clients of the comparison that are Debian's Python packages.

    client.py paramiko|netmiko|asyncssh -transport ssh|telnet -host H -port P -work W -n N [-packet B]

It does the work, and prints the report, of package work beside it.
"""

import argparse
import asyncio
import concurrent.futures
import hashlib
import json
import resource
import time

USER, PASSWORD, PROMPT = "admin", "secret", "core-rtr-01#"


class Paramiko:
    def __init__(self, a):
        import paramiko

        self.version = "paramiko " + paramiko.__version__
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        self.client.connect(a.host, a.port, USER, PASSWORD, allow_agent=False, look_for_keys=False)
        self.shell = self.client.invoke_shell(width=511, height=1000)
        self.expect()
        self.run("terminal width 511")
        self.run("terminal length 0")

    def expect(self):
        out = bytearray()
        while not out.endswith(PROMPT.encode()):
            data = self.shell.recv(65536)
            if not data:
                raise EOFError
            out += data
        return out

    def run(self, command):
        self.shell.send(command + "\r")
        out = self.expect().decode()
        return out[len(command) + 2 : -len(PROMPT)]

    def close(self):
        self.shell.send("exit\r")
        self.client.close()


class Netmiko:
    def __init__(self, a):
        import netmiko

        self.version = "netmiko " + netmiko.__version__
        kind = "cisco_ios_telnet" if a.transport == "telnet" else "cisco_ios"
        self.conn = netmiko.ConnectHandler(
            device_type=kind, host=a.host, port=a.port, username=USER, password=PASSWORD, fast_cli=True
        )

    def run(self, command):
        return self.conn.send_command(command, delay_factor=20 if "lines" in command else 1)

    def close(self):
        self.conn.disconnect()


class Asyncssh:
    def __init__(self, a):
        import asyncssh

        self.version = "asyncssh " + asyncssh.__version__
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self.open(asyncssh, a))

    async def open(self, asyncssh, a):
        self.conn = await asyncssh.connect(
            a.host, a.port, username=USER, password=PASSWORD, known_hosts=None, client_keys=None, config=None
        )
        self.shell = await self.conn.create_process(term_type="vt100", term_size=(511, 1000))
        await self.expect()
        for command in ("terminal width 511", "terminal length 0"):
            await self.command(command)

    async def expect(self):
        return await self.shell.stdout.readuntil(PROMPT)

    async def command(self, command):
        self.shell.stdin.write(command + "\r")
        return (await self.expect())[len(command) + 2 : -len(PROMPT)]

    def run(self, command):
        return self.loop.run_until_complete(self.command(command))

    async def leave(self):
        self.shell.stdin.write("exit\r")
        self.conn.close()
        await self.conn.wait_closed()

    def close(self):
        self.loop.run_until_complete(self.leave())
        self.loop.close()


CLIENTS = {"paramiko": Paramiko, "netmiko": Netmiko, "asyncssh": Asyncssh}


def digest(*answers):
    h = hashlib.sha256()
    for a in answers:
        text = a.strip("\r\n")
        for line in text.split("\n") if text else []:
            h.update(line.rstrip(" \r\n").encode() + b"\n")
        h.update(b"\0")
    return h.hexdigest()[:16]


def cpu():
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        u = resource.getrusage(who)
        total += u.ru_utime + u.ru_stime
    return total


def memory(name):
    with open("/proc/self/status") as f:
        for line in f:
            if line.startswith(name + ":"):
                return int(line.split()[1]) << 10
    return 0


class Clock:
    def __init__(self):
        with open("/proc/self/clear_refs", "w") as f:
            f.write("5")
        self.rss, self.cpu, self.start = memory("VmRSS"), cpu(), time.perf_counter()

    def stop(self, r):
        r["wall"] = time.perf_counter() - self.start
        r["cpu"] = cpu() - self.cpu
        r["peak"] = max(memory("VmHWM") - self.rss, 0)


def fleet_device(a):
    s = CLIENTS[a.client](a)
    answers = [s.run(c) for c in ("show version", "show clock", "show lines 100")]
    s.close()
    return digest(*answers)


def work(a, r):
    client = CLIENTS[a.client]
    r["items"] = a.n if a.work in ("open", "commands", "fleet", "hold") else 1
    first = client(a)  # imports and caches
    r["version"] = first.version
    first.run("show version")
    first.close()
    if a.work == "open":
        c, sums = Clock(), set()
        for _ in range(a.n):
            at = [time.perf_counter()]
            s = client(a)
            at.append(time.perf_counter())
            sums.add(digest(s.run("show version")))
            at.append(time.perf_counter())
            s.close()
            at.append(time.perf_counter())
            for i, phase in enumerate(("open", "run", "close")):
                r[phase] += at[i + 1] - at[i]
        c.stop(r)
        r["sum"] = ",".join(sums)
    elif a.work == "commands":
        s = client(a)
        s.run("show clock")
        answers, took = [], []
        c = Clock()
        for _ in range(a.n):
            begin = time.perf_counter()
            answers.append(s.run("show clock"))
            took.append(time.perf_counter() - begin)
        c.stop(r)
        s.close()
        took.sort()
        r["median"], r["p99"] = took[len(took) // 2], took[len(took) * 99 // 100]
        r["sum"] = digest(*answers)
    elif a.work == "lines":
        s = client(a)
        s.run("show lines 100")
        command = f"show lines {a.n}" + (f" packet {a.packet}" if a.packet else "")
        c = Clock()
        answer = s.run(command)
        c.stop(r)
        r["rss"] = memory("VmRSS") - c.rss
        r["sum"] = digest(answer)
        s.close()
    elif a.work == "fleet":
        with concurrent.futures.ThreadPoolExecutor(a.n) as pool:
            c = Clock()
            sums = set(pool.map(fleet_device, [a] * a.n))
            c.stop(r)
        r["sum"] = ",".join(sums)
    elif a.work == "hold":
        c = Clock()
        sessions = [client(a) for _ in range(a.n)]
        r["sum"] = ",".join({digest(s.run("show version")) for s in sessions})
        c.stop(r)
        r["rss"] = memory("VmRSS") - c.rss
        used = cpu()
        time.sleep(1)
        r["idle"] = cpu() - used
        for s in sessions:
            s.close()
    else:
        raise ValueError("this client cannot do that")


def main():
    p = argparse.ArgumentParser(allow_abbrev=False)
    p.add_argument("client", choices=CLIENTS)
    p.add_argument("-host", default="127.0.0.1")
    p.add_argument("-port", type=int)
    p.add_argument("-transport", default="ssh")
    p.add_argument("-work", default="open")
    p.add_argument("-n", type=int, default=1)
    p.add_argument("-packet", type=int, default=0)
    a = p.parse_args()
    r = dict.fromkeys(("items", "wall", "cpu", "open", "run", "close", "median", "p99", "mallocs", "allocated"), 0)
    r.update(version=a.client, peak=0, live=0, rss=0, idle=0, sum="")
    try:
        work(a, r)
    except Exception as e:
        r["error"] = f"{type(e).__name__}: {e}"
    print(json.dumps(r))


main()
