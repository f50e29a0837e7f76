--- hosskeep backup: the whole HOSS server into one verified archive in BACKUP_ROOT/backups. One
-- step, one sentence. The names are an interface: a site edits the steps by them (see `hosskeep
-- steps backup`).

local procedure = require "hosskeep.procedure"

local certificates = require "hosskeep.certificates"
local checks = require "hosskeep.checks"
local configuration = require "hosskeep.configuration"
local ldap = require "hosskeep.ldap"
local opensearch = require "hosskeep.opensearch"
local postgres = require "hosskeep.postgres"
local prune = require "hosskeep.prune"
local publish = require "hosskeep.publish"
local rabbitmq = require "hosskeep.rabbitmq"
local server = require "hosskeep.server"
local volumes = require "hosskeep.volumes"

local b = procedure.new("backup", { title = "Back up a HOSS server" })

-- First everything is looked at, before anything is done.
b:step { name = "check-services", title = "Every service of SERVICES runs",
    check = server.check_services }
b:step { name = "check-folders", title = "The containers use BACKUP_ROOT's folders",
    check = checks.folders }
b:step { name = "check-volumes", title = "Every volume is there", check = volumes.check }
b:step { name = "check-version", title = "The endpoint tells its version",
    check = server.check_version }
b:step { name = "check-space", title = "There is room for a backup", check = checks.space }

b:step { name = "clear-current", title = "Empty .current",
    objects = configuration.objects_current, run = configuration.clear_current }
b:step { name = "create-archive", title = "Begin the archive under a hidden name",
    objects = publish.objects_open, run = publish.open }

-- What takes long and runs inside the containers begins now, and goes on beside the reading below.
-- The broker is asked first: its volume cannot be read before it has answered.
b:step { name = "start-definitions", title = "Ask the broker and the directory what they hold",
    run = function(ctx)
        rabbitmq.start(ctx)
        ldap.start(ctx)
    end }
b:step { name = "start-dumps", title = "Begin to dump the databases and roles",
    objects = postgres.objects, run = postgres.start }
b:step { name = "start-snapshot", title = "Begin the snapshot of the index",
    objects = opensearch.objects, run = opensearch.start }
b:step { name = "mount-volumes", title = "Mount all that is read into one helper",
    objects = volumes.objects_mount, run = volumes.mount }

b:step { name = "add-version", title = "Add the server's version", run = server.add_version }
b:step { name = "add-configuration", title = "Add the configuration",
    objects = configuration.objects, run = configuration.add }
b:step { name = "add-certificates", title = "Add traefik's certificates",
    objects = certificates.objects, run = certificates.add }
b:step { name = "add-volumes", title = "Add the volumes; ldap and RabbitMQ stand still meanwhile",
    objects = volumes.objects,
    run = function(ctx)
        volumes.add(ctx, function(service)
            if service == "ldap" then ldap.finish(ctx) end
            if service == "rabbitmq" then rabbitmq.finish(ctx) end
        end)
    end }
b:step { name = "add-definitions", title = "Add the broker's definitions",
    run = function(ctx)
        rabbitmq.finish(ctx)
        ldap.finish(ctx)
    end }
b:step { name = "add-dumps", title = "Add the dumps",
    objects = postgres.objects, run = postgres.add }
b:step { name = "add-snapshot", title = "Add the snapshot",
    objects = opensearch.objects, run = opensearch.add }
b:step { name = "add-current", title = "Add what site steps left in .current",
    objects = configuration.objects_current, run = configuration.add_current }

b:step { name = "finish", title = "Add the list of entries and the manifest",
    objects = publish.objects_partial, run = publish.finish }
b:step { name = "verify", title = "Read the archive back", run = publish.verify }
b:step { name = "publish", title = "Give the archive its name",
    objects = publish.objects_publish, run = publish.publish }
b:step { name = "prune", title = "Remove the archives that are too many",
    objects = prune.objects, run = prune.run }
b:step { name = "report", title = "Tell where it is", run = publish.report }

return b:main(...)
