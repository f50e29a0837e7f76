---@meta

--- What every step gets: the state of one run. Fields: settings, options, env, env_text, places,
--- docker (connected at the first use), project, endpoint, report, journal, helpers, manifest,
--- packer or archive, archive_path (once it is published), problem (once the run has failed: why,
--- in one line), state (free for steps), changed, dry_run, started, timestamp. Since 0.3.0.
---@class ctx
---@field settings table<string, any> values that hold, by dotted key
---@field options table the command line
---@field env table<string, string> the server's .env
---@field places table<string, string> absolute paths
---@field docker docker.client
---@field project string compose project
---@field archive_path? string the archive, from the step publish on
---@field problem? string why the run has failed, for ctx:on_failure
---@field state table free for steps to share things
---@field changed boolean set it at the first lasting change
ctx = {}

--- Has fn run at the end, whatever happens; the last one first.
--- > ctx:defer(function() end, "tidy up")
---@param fn function
---@param label? string
function ctx:defer(fn, label) end

--- Has fn run when the run fails or is interrupted.
--- > ctx:on_failure(function() end, "put it back")
---@param fn function
---@param label? string
function ctx:on_failure(fn, label) end

--- From here on nothing that steps have done is undone; ctx:defer still runs.
--- > ctx:no_undo()
function ctx:no_undo() end

--- A warning: printed, and exit code 1 at the end.
--- > ctx:warn("%s is nearly full", "/backup")
---@param format string
---@param ... any
function ctx:warn(format, ...) end

--- A remark.
--- > ctx:note("%d files", 3)
---@param format string
---@param ... any
function ctx:note(format, ...) end

--- The container of a compose service, or nil.
--- > assert(ctx:service "no-such-service" == nil)
---@param name string
---@return docker.container?
function ctx:service(name) end

--- True when SERVICES of .env names the service, or says nothing.
--- > assert(ctx:wants "db")
---@param name string
---@return boolean
function ctx:wants(name) end

--- Takes the text of an .env: env, places, endpoint and settings follow it.
--- > ctx:use_env "BACKUP_ROOT=/srv/backup\n"
--- > assert(ctx.places.backups == "/srv/backup/backups")
---@param text string
---@param path? string for messages
---@return table<string, string>
function ctx:use_env(text, path) end

--- Reads .env of the configuration folder; false when there is none.
--- > assert(ctx:read_env() == false)
---@return boolean
function ctx:read_env() end

--- Settles project and endpoint after the settings.
--- > ctx:settle()
--- > assert(ctx.project == "server")
function ctx:settle() end

--- Takes the lock, opens the journal, puts right what a killed run left. Nothing in a dry run.
--- > ctx.dry_run = true
--- > assert(ctx:lock() == nil)
function ctx:lock() end

--- The same as lock.
--- > ctx.dry_run = true
--- > ctx:take_lock()
function ctx:take_lock() end

--- Pauses a container while its files are read. hold:closes(stream) registers what is closed before
--- it runs again; hold:resume(), or the end of `local hold <close>`, ends the pause.
--- > ctx:use_env("BACKUP_ROOT=" .. folder)
--- > ctx:lock()
--- > do
--- >     local hold <close> = ctx:pause(running)
--- >     assert(running:inspect().State.Paused)
--- > end
--- > assert(not running:inspect().State.Paused)
---@param container docker.container
---@return table hold
function ctx:pause(container) end

--- Random bytes in hexadecimal digits, for names.
--- > assert(#ctx:random(4) == 8)
---@param bytes? integer 4
---@return string
function ctx:random(bytes) end
