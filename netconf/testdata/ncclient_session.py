"""Reads running, or changes it by way of the candidate, as ncclient does: HOST PORT USER get|edit.

The password is in $NC_PASSWORD; a change comes from standard input.
"""
import os
import sys

from ncclient import manager

host, port, user, what = sys.argv[1:]
with manager.connect(host=host, port=int(port), username=user, password=os.environ["NC_PASSWORD"],
                     hostkey_verify=False, allow_agent=False, look_for_keys=False, timeout=60) as m:
    if what == "edit":
        with m.locked("candidate"):
            m.edit_config(target="candidate", config=sys.stdin.read())
            m.commit()
    print(m.get_config(source="running", filter=("subtree", '<nacm xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-acm"/>')).xml)
