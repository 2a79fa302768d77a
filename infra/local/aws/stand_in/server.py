"""The local stand-in for AWS: moto's server, and the few calls that our Terraform modules make and moto lacks.

It changes moto when it is imported, so it is right for exactly one version (infra/local/tools/manifest.ts) and
refuses any other. It keeps everything in memory, knows no password, and never listens beyond this machine.
Run: python server.py -H 127.0.0.1 -p 5555
"""

import importlib.metadata
import sys

# Older and newer ones have other names inside; half a patch would answer wrongly instead of not at all.
MOTO_VERSION = "5.2.1"


def main(arguments):
    found = importlib.metadata.version("moto")
    if found != MOTO_VERSION:
        sys.exit(f"moto {found} is installed; this stand-in was written for {MOTO_VERSION}: run `make setup`")
    # Listening for everybody is moto's own default for -H in some versions: it has to be said, and it has to be this one.
    if "127.0.0.1" not in arguments:
        sys.exit("the stand-in listens on 127.0.0.1 only: pass -H 127.0.0.1")

    import athena
    import bucket_policies
    import cloudtrail
    import ec2
    import eks
    import events
    import guardduty
    import queues

    for extension in (athena, bucket_policies, cloudtrail, ec2, eks, events, guardduty, queues):
        extension.extend()

    from moto.server import main as serve

    print("This is a stand-in for AWS (moto and infra/local/aws/stand_in). Nothing here is a real account.", flush=True)
    serve(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
