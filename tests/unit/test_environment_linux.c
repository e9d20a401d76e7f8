/* SPDX-License-Identifier: Apache-2.0
 *
 * Containers and virtual machines, each by the mark that gives it away.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "unit/fake_root.h"

#define VENDOR  "/sys/class/dmi/id/sys_vendor"
#define PRODUCT "/sys/class/dmi/id/product_name"

static const struct {
    const char *path;
    const char *text;
    const char *environment;
} MARKS[] = {
    {"/.dockerenv", "", "container:docker"},
    {"/run/.containerenv", "engine=\"podman\"\n", "container:podman"},
    {"/var/run/secrets/kubernetes.io/serviceaccount/token", "x", "container:kubernetes"},
    {"/run/systemd/container", "lxc\n", "container:lxc"},
    {"/run/systemd/container", "systemd-nspawn\n", "container:nspawn"},
    {"/run/systemd/container", "wsl\n", "container:wsl"},
    {"/proc/1/cgroup", "12:pids:/docker/0123456789abcdef\n", "container:docker"},
    {"/proc/1/cgroup", "0::/system.slice/docker-0123456789abcdef.scope\n", "container:docker"},
    {"/proc/1/cgroup", "0::/kubepods/besteffort/pod0123/0123\n", "container:kubernetes"},
    {"/proc/1/cgroup", "0::/machine.slice/libpod-0123.scope\n", "container:podman"},
    {"/proc/1/cgroup", "0::/lxc.payload.web/init.scope\n", "container:lxc"},
    {"/proc/1/cgroup", "0::/init.scope\n", ""},
    {"/proc/1/cgroup", "0::/system.slice/docker.service\n", ""},
    {"/proc/self/mountinfo", "1 2 0:5 / / rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/b/diff\n",
     "container:docker"},
    {"/proc/self/mountinfo", "1 2 0:5 / / rw - overlay overlay rw,upperdir=/var/lib/containers/storage/overlay/b\n",
     "container:podman"},
    {"/proc/self/mountinfo", "1 2 8:1 / / rw - ext4 /dev/sda1 rw\n3 1 0:9 / /var/lib/docker/overlay2/b rw - overlay overlay rw\n",
     ""}, /* a host of containers is none */
    {VENDOR, "QEMU\n", "vm:kvm"},
    {VENDOR, "VMware, Inc.\n", "vm:vmware"},
    {VENDOR, "innotek GmbH\n", "vm:virtualbox"},
    {VENDOR, "Xen\n", "vm:xen"},
    {VENDOR, "Microsoft Corporation\n", ""}, /* a Surface */
    {PRODUCT, "Virtual Machine\n", "vm:hyperv"},
    {PRODUCT, "KVM\n", "vm:kvm"},
    {PRODUCT, "Google Compute Engine\n", "vm:kvm"},
    {"/sys/hypervisor/type", "xen\n", "vm:xen"},
    {"/proc/device-tree/hypervisor/compatible", "linux,kvm", "vm:kvm"},
    {"/sys/bus/virtio/devices/virtio0/vendor", "0x1af4\n", "vm:virtio"},
    {"/sys/bus/virtio/drivers/virtio_blk/bind", "", ""},
};

static void each_mark_gives_its_environment_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAKE_COUNT(MARKS); i++) {
        const fake_entry machine[] = {{FILE_OF, MARKS[i].path, MARKS[i].text}};
        pl_probe_report report;

        fake_root_probe(machine, 1, NULL, 0, &report);
        if (strcmp(report.environment, MARKS[i].environment) != 0)
            fail_msg("%s %s: %s", MARKS[i].path, MARKS[i].text, report.environment);
    }
}

static void a_container_in_a_virtual_machine_is_a_container(void **state)
{
    static const fake_entry MACHINE[] = {{FILE_OF, VENDOR, "QEMU\n"}, {FILE_OF, "/.dockerenv", ""}};
    pl_probe_report report;

    (void)state;
    fake_root_probe(MACHINE, FAKE_COUNT(MACHINE), NULL, 0, &report);
    assert_string_equal(report.environment, "container:docker");
}

static void a_disk_made_from_a_containers_image_is_no_container(void **state)
{
    static const char *const MOUNTS[] = {
        "27 1 254:0 / / rw - ext4 /dev/vda rw\n",
        "27 1 254:0 /var/lib/docker/vfs/dir/0123 / rw - ext4 /dev/vda rw\n",
    };

    (void)state;
    for (size_t i = 0; i < FAKE_COUNT(MOUNTS); i++) {
        const fake_entry machine[] = {{FILE_OF, "/.dockerenv", ""}, {FILE_OF, "/proc/self/mountinfo", MOUNTS[i]}};
        pl_probe_report report;

        fake_root_probe(machine, FAKE_COUNT(machine), NULL, 0, &report);
        assert_string_equal(report.environment, i == 0 ? "" : "container:docker");
    }
}

static void a_container_that_boots_an_installation_keeps_its_machine_id(void **state)
{
    static const char *const MANAGERS[] = {"lxc\n", "systemd-nspawn\n", "wsl\n"};

    (void)state;
    for (size_t i = 0; i < FAKE_COUNT(MANAGERS); i++) {
        const fake_entry machine[] = {{FILE_OF, "/run/systemd/container", MANAGERS[i]},
                                      {FILE_OF, "/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n"}};
        pl_probe_report report;

        fake_root_probe(machine, FAKE_COUNT(machine), NULL, 0, &report);
        assert_int_equal(fake_root_finding(&report, PL_COMPONENT_MACHINE_ID)->state, PL_FINDING_USED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mark_gives_its_environment_away),
        cmocka_unit_test(a_container_in_a_virtual_machine_is_a_container),
        cmocka_unit_test(a_disk_made_from_a_containers_image_is_no_container),
        cmocka_unit_test(a_container_that_boots_an_installation_keeps_its_machine_id),
    };

    return cmocka_run_group_tests_name("environment_linux", tests, NULL, NULL);
}
