---@meta

--- The Docker Engine over its socket. Containers are objects with the fields id, name, service,
--- project, state, image and labels. An answer of 400 or more raises kind "engine" with the status
--- as code; what is not there is nil or false. Times are seconds. Since 0.3.0.
---@class docker
docker = {}

--- Connects to the Engine of DOCKER_HOST (DOCKER_TLS_VERIFY, DOCKER_CERT_PATH) or of the options.
--- The version is negotiated; client.api tells it. Raises when no Engine answers.
--- > local client = docker.connect()
--- > assert(client.api:find "^1%.")
---@param options? table host, tls (boolean), ca, cert, key (paths)
---@return docker.client
function docker.connect(options) end

--- A connection to one Engine.
---@class docker.client
---@field api string version of the API that both sides know
---@field host string where the Engine is

--- Any request to the Engine, for what has no method here. Paths carry no version.
--- > local answer, status = client:request("GET", "/_ping")
--- > assert(answer == "OK" and status == 200)
---@param method string
---@param path string
---@param options? table query, body (table: sent as JSON), headers, timeout, check=true, background
---@return any answer decoded JSON, text, or nil when empty
---@return integer status
function client:request(method, path, options) end

--- The Engine's versions.
--- > assert(client:version().ApiVersion)
---@return table
function client:version() end

--- What the Engine tells about itself.
--- > assert(client:info().ID)
---@return table
function client:info() end

--- Containers by compose project, service and labels; stopped ones too, unless all=false.
--- > for _, c in ipairs(client:containers { project = "server" }) do print(c.name, c.state) end
---@param filter? table project, service, all=true, labels={}
---@return docker.container[]
function client:containers(filter) end

--- The one container of a compose service, or nil. More than one raises.
--- > assert(client:service("no-such-project", "db") == nil)
---@param project string
---@param service string
---@return docker.container?
function client:service(project, service) end

--- A container by id or name. Asks nothing: inspect() tells whether it is there.
--- > assert(client:container("no-such-container"):inspect() == nil)
---@param id string
---@return docker.container
function client:container(id) end

--- Makes a container; it is not started.
--- > local made = client:create(nil, { Image = image, Cmd = { "/x" } })
--- > made:remove()
---@param name string?
---@param spec table the Engine's own JSON: Image, Cmd, HostConfig, ...
---@return docker.container
function client:create(name, spec) end

--- Events from now on, or since a time.
--- > local events <close> = client:events { filters = { label = { "no-such-label" } } }
--- > assert(events:next(0.05) == nil)
---@param options? table filters={type={...}, label={...}}, since (seconds)
---@return docker.events
function client:events(options) end

--- A volume as the Engine tells it, or nil.
--- > assert(client:volume "no-such-volume" == nil)
---@param name string
---@return table?
function client:volume(name) end

--- Volumes, of a compose project or with labels.
--- > for _, v in ipairs(client:volumes()) do print(v.Name) end
---@param filter? table project, labels={}
---@return table[]
function client:volumes(filter) end

--- Makes a volume; one that exists is given back as it is.
--- > client:create_volume("hosskeep-example", { labels = { ["site"] = "x" } })
--- > assert(client:remove_volume "hosskeep-example")
---@param name string
---@param options? table labels, driver
---@return table
function client:create_volume(name, options) end

--- Removes a volume; false when there is none.
--- > assert(client:remove_volume "no-such-volume" == false)
---@param name string
---@param options? table force
---@return boolean
function client:remove_volume(name, options) end

--- An image as the Engine tells it, or nil.
--- > assert(client:image "no-such-image:at-all" == nil)
---@param ref string
---@return table?
function client:image(ref) end

--- Images, all or with labels.
--- > assert(#client:images() > 0)
---@param filter? table labels={}
---@return table[]
function client:images(filter) end

--- Makes an image without any file, for containers that are never started.
--- > local id = client:import_image("hosskeep-example:1", { labels = { site = "x" } })
--- > assert(client:remove_image "hosskeep-example:1")
---@param ref string
---@param options? table labels
---@return string id
function client:import_image(ref, options) end

--- Removes an image; false when there is none.
--- > assert(client:remove_image "no-such-image:at-all" == false)
---@param ref string
---@return boolean
function client:remove_image(ref) end

--- One container.
---@class docker.container
---@field id string
---@field name string
---@field service string?
---@field project string?
---@field state string? "running", "exited", "paused", "created"
---@field image string?
---@field labels table

--- What the Engine knows about it, or nil when it is gone.
--- > assert(container:inspect().State.Status)
---@return table?
function container:inspect() end

--- Starts it; false when it runs already.
--- > print(running:start())
---@return boolean
function container:start() end

--- Stops it; false when it was not running.
--- > print(container:stop { timeout = 1 })
---@param options? table timeout=10 between TERM and KILL
---@return boolean
function container:stop(options) end

--- Sends a signal (KILL by default); false when it does not run.
--- > assert(container:kill "TERM" == false)
---@param signal? string
---@return boolean
function container:kill(signal) end

--- Stops and starts it.
--- > running:restart { timeout = 1 }
---@param options? table timeout=10
function container:restart(options) end

--- Freezes its processes; false when they are frozen already.
--- > running:pause()
--- > running:unpause()
---@return boolean
function container:pause() end

--- Lets its processes go on; false when they were not frozen.
--- > assert(container:unpause() == false)
---@return boolean
function container:unpause() end

--- Gives it another name.
--- > container:rename(container.name .. "-renamed")
---@param name string
function container:rename(name) end

--- Removes it; false when it is gone already.
--- > local made = client:create(nil, { Image = image, Cmd = { "/x" } })
--- > assert(made:remove())
---@param options? table force=true, volumes=false (anonymous ones)
---@return boolean
function container:remove(options) end

--- Waits until it does not run. Nil when the time is up.
--- > assert(container:wait { timeout = 5 } == 0)
---@param options? table timeout, background
---@return integer? code
function container:wait(options) end

--- What it printed last.
--- > assert(container:logs { tail = 10 } == "")
---@param options? table tail=100 (0: all), stderr=true
---@return string
function container:logs(options) end

--- Runs a program inside; a code other than 0 raises kind "exec" unless check=false. Secrets belong
--- into env: the arguments are seen by everybody.
--- > local done = running:exec({ "sh", "-c", "echo $WORD" }, { env = { WORD = "hi" } })
--- > assert(done.stdout == "hi\n")
---@param argv string[]
---@param options? table env, user, workdir, check=true, timeout, max_output, to=writer, background
---@return table result code, stdout, stderr
function container:exec(argv, options) end

--- What is at a path inside, or nil. Works on containers that were never started.
--- > assert(container:stat("/etc").type == "directory")
---@param path string
---@return table? stat name, type, size, mode, mtime, link
function container:stat(path) end

--- Reads a path as a tar. The container is locked for the Engine meanwhile: read volumes through a
--- helper.
--- > local tar <close> = container:open "/etc"
--- > assert(#tar:read(512) == 512)
---@param path string
---@return stream.reader
function container:open(path) end

--- Unpacks a tar into a folder; close() waits for the Engine's answer.
--- > local tar = archive.tar(container:upload "/")
--- > tar:add_bytes("hello", "world", { mode = 384 })
--- > tar:close()
---@param path string
---@return stream.writer
function container:upload(path) end

--- A stream of the Engine's events.
---@class docker.events

--- The next event, or nil when none came in time.
--- > local events <close> = client:events { filters = { label = { "no-such-label" } } }
--- > assert(events:next(0.05) == nil)
---@param timeout? number
---@return table?
function events:next(timeout) end
