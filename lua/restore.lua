--- hosskeep restore ARCHIVE: puts a whole HOSS server back. The steps are those of the design
-- notes. Until `mark-start` nothing is changed; until `start-server` a failure puts back what was
-- there, whatever part of its work the step that fails has done; behind it the same command is run
-- again. `.env` is written last, because the server does not start without it.

local aside = require "hosskeep.aside"
local certificates = require "hosskeep.certificates_restore"
local compare = require "hosskeep.compare"
local durable = require "hosskeep.durable"
local folders = require "hosskeep.folders"
local further = require "hosskeep.postgres_further"
local live = require "hosskeep.live"
local marker = require "hosskeep.marker"
local opensearch = require "hosskeep.opensearch_restore"
local postgres = require "hosskeep.postgres_restore"
local procedure = require "hosskeep.procedure"
local rabbitmq = require "hosskeep.rabbitmq_restore"
local replace = require "hosskeep.replace"
local source = require "hosskeep.source"
local space = require "hosskeep.restore_checks"
local start = require "hosskeep.start"
local unpack_archive = require "hosskeep.unpack"
local touched = require "hosskeep.restore_objects"
local version = require "hosskeep.restore_version"
local volumes = require "hosskeep.volumes_restore"

local p = procedure.new("restore", {
    title = "Put a whole HOSS server back from an archive",
    arguments = { { name = "ARCHIVE", required = true, help = "the file that a backup made" } },
    options = { { long = "replace", help = "take the place of a live installation" } },
    env = "later", lock = "later",
})

p:step { name = "verify-archive", title = "read the whole archive and check it",
    objects = touched.archive,
    check = function(ctx)
        live.expect_former(ctx)
        source.verify(ctx)
    end }

p:step { name = "check-site", title = "refuse a live installation and a wrong version",
    objects = touched.site,
    check = function(ctx)
        source.adopt_settings(ctx)
        space.take_lock(ctx)
        ctx.state.volumes = source.volumes(ctx)
        version.check_target(ctx)
        ctx.state.before = live.refuse(ctx)
        space.check(ctx)
    end }

p:step { name = "mark-start", title = "note that a restore is under way",
    objects = touched.marker,
    run = function(ctx)
        ctx.state.continued = ctx.state.before ~= nil
        fs.mkdir(ctx.places.config)
        ctx:on_failure(function() marker.forget(ctx) end, "forget the restore")
        marker.begin(ctx, ctx.state.before)
        ctx.changed = true
    end }

p:step { name = "set-aside", title = "move what is in the way aside",
    objects = touched.aside,
    run = function(ctx) replace.set_aside(ctx) end }

p:step { name = "make-folders", title = "make the folders with their owners",
    objects = touched.folders,
    run = function(ctx) folders.make(ctx) end }

p:step { name = "make-volumes", title = "make the volumes that are missing",
    objects = touched.volumes,
    run = function(ctx) volumes.make(ctx) end }

p:step { name = "unpack", title = "fill configuration, volumes, dumps and snapshot",
    objects = touched.unpacked,
    run = function(ctx) unpack_archive.run(ctx) end }

p:step { name = "prepare-databases", title = "write the database's start-up script",
    when = function(ctx) return ctx.state.parts.postgres ~= nil end,
    objects = touched.script,
    check = function(ctx) postgres.check(ctx) end,
    run = function(ctx)
        ctx:on_failure(function() postgres.undo(ctx) end, "remove the start-up script")
        postgres.prepare(ctx)
    end }

p:step { name = "write-env", title = "write .env, without which no server starts",
    objects = touched.env,
    run = function(ctx)
        unpack_archive.hand_over(ctx)
        ctx:on_failure(function() fs.remove(ctx.places.env) end, "remove .env")
        fs.write(ctx.places.env, ctx.state.env_text, { mode = tonumber("600", 8) })
    end }

p:step { name = "start-server", title = "start the server",
    objects = touched.start,
    run = function(ctx)
        ctx.helpers:remove_all() -- they would pin volumes and folders of the server
        replace.point_of_no_return(ctx)
        start.run(ctx)
    end }

p:step { name = "carry-queues", title = "carry RabbitMQ's data over to its new host name",
    when = rabbitmq.wanted,
    objects = touched.queues,
    run = function(ctx) rabbitmq.carry_over(ctx) end }

-- The databases take longest to come back: what else there is to do is done meanwhile.
p:step { name = "restore-certificates", title = "put traefik's certificates back",
    when = function(ctx) return ctx.state.parts.certificates ~= nil end,
    objects = touched.certificates,
    run = function(ctx)
        start.finish(ctx) -- traefik's container is there by then
        certificates.run(ctx)
    end }

p:step { name = "restore-index", title = "restore the search index from its snapshot",
    when = function(ctx) return ctx.state.parts.opensearch ~= nil end,
    objects = touched.index,
    run = function(ctx)
        opensearch.wait_ready(ctx)
        opensearch.run(ctx)
    end }

p:step { name = "wait-databases", title = "wait for the databases to be restored",
    when = function(ctx) return ctx.state.parts.postgres ~= nil end,
    objects = touched.databases,
    run = function(ctx) postgres.wait_restored(ctx) end }

p:step { name = "restore-further", title = "restore the databases of further containers",
    when = further.wanted, objects = further.objects, run = further.run }

p:step { name = "check-version", title = "compare the version that the server tells",
    objects = touched.endpoint,
    run = function(ctx) version.check_endpoint(ctx) end }

p:step { name = "compare", title = "count what came back against the manifest",
    objects = touched.compared,
    run = function(ctx)
        if ctx.state.parts.postgres then postgres.wait_ready(ctx) end
        compare.run(ctx)
    end }

p:step { name = "wait-services", title = "see that every service still runs",
    objects = touched.services,
    run = function(ctx) start.wait_services(ctx) end }

p:step { name = "sync", title = "wait until all of it is on disk",
    run = function(ctx) durable.wait(ctx) end }

p:step { name = "clean-up", title = "remove what was there for the restore only",
    objects = touched.clean,
    run = function(ctx)
        if ctx.state.parts.postgres then postgres.clean(ctx) end
        if ctx.state.parts.opensearch then opensearch.clean(ctx) end
        replace.forget(ctx)
        aside.sweep(ctx)
        marker.remove(ctx)
        ctx.outcome = "the restore is complete" -- whatever comes now
    end }

p:step { name = "report", title = "say what was done",
    run = function(ctx)
        for _, path in ipairs(aside.kept(ctx)) do ctx:note("the former %s is kept", path) end
        ctx:note("restored %s", fs.basename(ctx.options.args[1]))
    end }

return p:main(...)
